/** Times as NetCDF files have them: numbers since a date. CF conventions, chapter 4.4, https://cfconventions.org */

const seconds: Readonly<Record<string, number>> = {
  second: 1,
  sec: 1,
  s: 1,
  minute: 60,
  min: 60,
  hour: 3600,
  hr: 3600,
  h: 3600,
  day: 86_400,
  d: 86_400,
}

/** What `hours since 1900-01-01 00:00:00` says. */
export interface TimeUnits {
  /** Seconds in one of them. */
  readonly factor: number
  /** Seconds from 1970-01-01T00:00Z to the date. */
  readonly origin: number
}

/** The units; undefined for what is no count since a date. Months and years are none: they have no fixed length. */
export function timeUnits(units: string): TimeUnits | undefined {
  const [, word, date] = /^\s*([a-z]+?)s?\s+since\s+(.+?)\s*$/i.exec(units) ?? []
  const factor = seconds[word?.toLowerCase() ?? '']
  if (factor === undefined) return undefined
  const match =
    /^(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?)?)?\s*(Z|UTC|([+-])(\d{1,2}):?(\d{2})?)?$/i.exec(
      date!,
    )
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', , sign, zoneHours = '0', zoneMinutes = '0'] = match
  const at = new Date(0)
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  const zone = (sign === '-' ? -1 : 1) * (Number(zoneHours) * 3600 + Number(zoneMinutes) * 60)
  const origin = at.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - (sign ? zone : 0)
  return Number.isFinite(origin) ? { factor, origin } : undefined
}

/** Calendars whose days are those of everyday life. */
const civil: ReadonlySet<string> = new Set(['', 'standard', 'gregorian', 'proleptic_gregorian'])

/** Whether dates of a calendar are dates of everyday life; those of a year of 360 or 365 days are not. */
export function isCivil(calendar: string): boolean {
  return civil.has(calendar.toLowerCase())
}
