/** Where a host listens for this machine's own programs: a socket of this name in its data folder. */
export const CONTROL_SOCKET = 'control.sock';
