const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SHORT_DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

const IMF_FIXDATE = new RegExp(`^${SHORT_DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(`^${LONG_DAY}, (?<day>\\d{2})-${MONTH}-(?<shortYear>\\d{2}) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^${SHORT_DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`);

/**
 * Reads an HTTP date (RFC 9110 §5.6.7) in any of its three forms; null for everything else.
 * `Date.parse` will not do: it takes many other spellings, and reads some of them in the local time zone.
 *
 * @param nowWall wall clock in ms, to tell the century of a two-digit year
 * @returns milliseconds since the Unix epoch
 */
export function parseHttpDate(text: string, nowWall: number): number | null {
  const fields = (IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text))?.groups;
  if (fields === undefined) return null;
  const { day, month = '', year, shortYear, hour, minute, second } = fields;
  const fullYear = shortYear === undefined ? Number(year) : century(Number(shortYear), nowWall);
  // A leap second is legal, and Date.UTC carries it over.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const midnight = new Date(0);
  midnight.setUTCFullYear(fullYear, MONTHS.indexOf(month), Number(day));
  if (midnight.getUTCDate() !== Number(day)) return null;
  return midnight.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
}

/** A two-digit year that seems more than 50 years ahead means the century before (RFC 9110 §5.6.7). */
function century(shortYear: number, nowWall: number): number {
  const thisYear = new Date(nowWall).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + shortYear;
  return year > thisYear + 50 ? year - 100 : year;
}
