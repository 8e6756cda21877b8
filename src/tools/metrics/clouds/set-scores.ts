/** How two sets of clouds compare: by the nearest neighbours of all of them. Achlioptas et al. (2018); Yang et al., PointFlow (2019). */
import { throwIfAborted } from '../../../interrupted.ts'
import type { Estimate } from '../features.ts'

/** Scores of drawn items against real ones, by one distance. */
export interface SetScores {
  /** The mean distance from a real item to the nearest drawn one; small is good. */
  readonly minimumMatching: number
  /** The share of real items that are the nearest to some drawn one; near that of other real items is good, and 1 is the most. */
  readonly coverage: number
  /** The share of all items whose nearest other one is of their own kind, real or drawn: 0.5 for two sets of one law, 1 for sets apart. */
  readonly nearestIsAlike: Estimate
}

/** A distance of any two of several items. */
export interface ItemDistances {
  /** How many: the drawn ones first. */
  readonly count: number
  /** A number that is never larger than the distance, and quickly known. */
  bound(i: number, j: number): number
  /** @param limit what is not worth knowing above: a larger distance may come back as any number above it */
  distance(i: number, j: number, limit: number): number
}

/** How one searches. */
export interface SearchOptions {
  readonly signal?: AbortSignal | undefined
  readonly onItem?: ((done: number, total: number) => void) | undefined
}

/**
 * The scores, over the whole sets: the first `drawn` items against the rest. Distances are computed only where bounds leave open which item is the nearest, so
 * that the result is exact all the same.
 */
export function setScores(
  { count, bound, distance }: ItemDistances,
  drawn: number,
  { signal, onItem }: SearchOptions = {},
): SetScores {
  const nearest = (i: number, from: number, to: number, least: Nearest = none): Nearest => {
    const others = Array.from({ length: to - from }, (_, k) => from + k).filter((j) => j !== i)
    const bounds = new Map(others.map((j) => [j, bound(i, j)]))
    let best = least
    for (const j of others.sort((a, b) => bounds.get(a)! - bounds.get(b)!)) {
      if (bounds.get(j)! >= best.distance) break
      const found = distance(i, j, best.distance)
      if (found < best.distance) best = { item: j, distance: found }
    }
    return best
  }
  const covered = new Set<number>()
  let [matching, alike] = [0, 0]
  for (let i = 0; i < count; i++) {
    throwIfAborted(signal)
    const isDrawn = i < drawn
    const across = isDrawn ? nearest(i, drawn, count) : nearest(i, 0, drawn)
    if (isDrawn) covered.add(across.item)
    else matching += across.distance
    // a tie counts as a neighbour of the other kind
    const overall = isDrawn ? nearest(i, 0, drawn, across) : nearest(i, drawn, count, across)
    if (overall.item < drawn === isDrawn) alike++
    onItem?.(i + 1, count)
  }
  const share = alike / count
  return {
    minimumMatching: matching / (count - drawn),
    coverage: covered.size / (count - drawn),
    nearestIsAlike: { value: share, standardError: Math.sqrt((share * (1 - share)) / count) },
  }
}

interface Nearest {
  readonly item: number
  readonly distance: number
}

const none: Nearest = { item: -1, distance: Infinity }
