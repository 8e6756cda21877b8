/** What may change when a run is resumed: how long, and how fast. Everything else stays as it was. */
import { TweedieError } from '../../errors.ts'
import type { BaseSpec } from './spec.ts'

/** The fields that may change, by their paths. */
const changeable: ReadonlySet<string> = new Set(['budget', 'optimizer.rate'])

/** Some fields of a specification. */
export type Wanted<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[]
    ? T[K] | undefined
    : T[K] extends object | undefined
      ? Wanted<T[K]> | undefined
      : T[K] | undefined
}

/**
 * The specification of a resumed run. Equal values change nothing; fields that are left out stay as they were.
 *
 * @param recorded the run's own
 * @param wanted the new request: a whole specification, or some of its fields
 * @throws TweedieError `usage` that names the first field that cannot change, and both values
 * @example
 * resumeSpec(record.spec, { budget: { minutes: 20 }, batch: record.spec.batch })
 */
export function resumeSpec<Spec extends BaseSpec>(recorded: Spec, wanted: Wanted<Spec>): Spec {
  const difference = firstDifference(recorded, wanted, '')
  if (difference !== undefined) {
    const { path, from, to } = difference
    throw new TweedieError(
      'usage',
      `${path} is ${show(from)} in the run, and cannot become ${show(to)} when it is resumed`,
      {
        hint: `${[...changeable].join(' and ')} can change; everything else stays as it was`,
      },
    )
  }
  const { budget, optimizer } = wanted as Wanted<BaseSpec>
  const rate = optimizer?.rate
  return {
    ...recorded,
    budget: budget ?? recorded.budget,
    optimizer: { ...recorded.optimizer, ...(rate !== undefined && { rate }) },
  }
}

interface Difference {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

function firstDifference(from: unknown, to: unknown, path: string): Difference | undefined {
  if (to === undefined || changeable.has(path)) return undefined
  if (isRecord(from) && isRecord(to)) {
    for (const [key, value] of Object.entries(to)) {
      const found = firstDifference(from[key], value, path === '' ? key : `${path}.${key}`)
      if (found) return found
    }
    return undefined
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    const at = to.findIndex((each, i) => firstDifference(from[i], each, path) !== undefined)
    return at < 0 ? undefined : { path, from, to }
  }
  return Object.is(from, to) ? undefined : { path, from, to }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  return value === undefined ? 'left to its default' : JSON.stringify(value)
}
