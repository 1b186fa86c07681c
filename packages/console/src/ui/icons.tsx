const PATHS = {
  back: 'M15 5l-7 7 7 7',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  plus: 'M12 5v14M5 12h14',
  down: 'M12 5v14M6 13l6 6 6-6',
  list: 'M5 7h14M5 12h14M5 17h9',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.2 3.2 0 100 6.4 3.2 3.2 0 000-6.4z',
  wire: 'M8 8l-4 4 4 4M16 8l4 4-4 4',
} as const;

/** Decoration: what it means is said by the label of whatever holds it. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 512 512" width="28" height="28" aria-hidden="true">
      <circle cx="256" cy="118" r="46" />
      <path d="M256 164v270M184 222h144M104 316c10 74 76 118 152 118s142-44 152-118" />
    </svg>
  );
}
