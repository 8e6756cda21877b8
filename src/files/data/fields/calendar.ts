/** Times as what a network can learn from: where a time lies in its day, and in its year. */

/** Which of them. */
export interface CalendarFeatures {
  readonly day: boolean
  readonly year: boolean
}

/** A mean year in seconds. */
const year = 365.2425 * 86_400

/**
 * Sine and cosine of the angle through the day (universal time), of that through the year, or both.
 *
 * @param time seconds since 1970-01-01T00:00Z
 */
export function calendarFeatures(time: number, features: CalendarFeatures): readonly number[] {
  const angle = (period: number): readonly number[] => {
    const turn = (2 * Math.PI * time) / period
    return [Math.sin(turn), Math.cos(turn)]
  }
  return [...(features.day ? angle(86_400) : []), ...(features.year ? angle(year) : [])]
}

/** How many numbers they are. */
export function calendarSize({ day, year }: CalendarFeatures): number {
  return 2 * (Number(day) + Number(year))
}

/** The date of a time, to the second: `2019-03-25T06:00Z`. */
export function dateText(time: number): string {
  const text = new Date(time * 1000).toISOString()
  return text.endsWith(':00.000Z') ? `${text.slice(0, 16)}Z` : `${text.slice(0, 19)}Z`
}
