/** Judges pictures of scenes by the renderer's own truth: are the figures that were asked for in them? */
import { askedScene, type AskedFigure } from '../../files/data/builtin/scene-captions.ts'
import { type FoundFigure, readScene } from '../../files/data/builtin/read-scene.ts'
import type { Estimate } from '../metrics/features.ts'

/** What is right in one picture: everything that was asked of this kind. */
export interface SceneVerdict {
  readonly count: boolean
  readonly colour: boolean
  readonly form: boolean
  /** Undefined where no place was asked for. */
  readonly place: boolean | undefined
  /** All of them. */
  readonly all: boolean
}

/** Shares of pictures in which it is right. */
export interface SceneRates {
  /** How many pictures. */
  readonly pictures: number
  readonly count: Estimate
  readonly colour: Estimate
  readonly form: Estimate
  /** Of those with a place. */
  readonly place: Estimate | undefined
  readonly all: Estimate
}

/**
 * Compares what was found with what was asked for. Figures are matched in the way that has the most right; one that is missing has
 * everything wrong.
 */
export function judgeScene(found: readonly FoundFigure[], asked: readonly AskedFigure[]): SceneVerdict {
  let best: readonly (FoundFigure | undefined)[] = []
  let most = -1
  for (const order of orders(asked.length, found.length)) {
    const pairs = order.map((at) => (at === undefined ? undefined : found[at]))
    const right = asked.reduce((sum, figure, i) => sum + rightOf(figure, pairs[i]), 0)
    if (right > most) [best, most] = [pairs, right]
  }
  const every = (right: (figure: AskedFigure, found: FoundFigure | undefined) => boolean): boolean =>
    asked.every((figure, i) => right(figure, best[i]))
  const count = found.length === asked.length
  const colour = every((figure, other) => other?.colour === figure.colour)
  const form = every((figure, other) => other?.form === figure.form)
  const placed = asked.some(({ place }) => place !== undefined)
  const place = placed
    ? every((figure, other) => figure.place === undefined || other?.place === figure.place)
    : undefined
  return { count, colour, form, place, all: count && colour && form && place !== false }
}

function rightOf(asked: AskedFigure, found: FoundFigure | undefined): number {
  if (found === undefined) return 0
  return (
    Number(found.colour === asked.colour) +
    Number(found.form === asked.form) +
    Number(asked.place !== undefined && found.place === asked.place)
  )
}

/** All ways to give each of `asked` one of `found`, none twice; undefined where there are too few. */
function* orders(
  asked: number,
  found: number,
  taken: readonly (number | undefined)[] = [],
): Iterable<readonly (number | undefined)[]> {
  if (taken.length === asked) {
    yield taken
    return
  }
  const free = Array.from({ length: found }, (_, i) => i).filter((i) => !taken.includes(i))
  if (free.length < asked - taken.length) yield* orders(asked, found, [...taken, undefined])
  // More figures than that are wrong anyway.
  for (const i of free.slice(0, 6)) yield* orders(asked, found, [...taken, i])
}

/**
 * Judges pictures by the captions that they were drawn for.
 *
 * @param pictures `[N, 3, side, side]`, 0 … 255
 * @param captions one each
 * @returns undefined unless all captions are those of scenes
 */
export function judgeScenes(
  pictures: Uint8Array | Float32Array,
  captions: readonly string[],
  side: number,
): { readonly rates: SceneRates; readonly verdicts: readonly SceneVerdict[] } | undefined {
  const asked = captions.map((caption) => askedScene(caption))
  if (asked.length === 0 || asked.includes(undefined)) return undefined
  const size = 3 * side * side
  const verdicts = asked.map((scene, i) =>
    judgeScene(readScene(pictures.subarray(i * size, (i + 1) * size), side), scene!),
  )
  return { verdicts, rates: sceneRates(verdicts) }
}

/** The shares of some verdicts. */
export function sceneRates(verdicts: readonly SceneVerdict[]): SceneRates {
  const share = (values: readonly boolean[]): Estimate => {
    const value = values.filter(Boolean).length / values.length
    return { value, standardError: Math.sqrt((value * (1 - value)) / values.length) }
  }
  const places = verdicts.flatMap(({ place }) => (place === undefined ? [] : [place]))
  return {
    pictures: verdicts.length,
    count: share(verdicts.map(({ count }) => count)),
    colour: share(verdicts.map(({ colour }) => colour)),
    form: share(verdicts.map(({ form }) => form)),
    place: places.length > 0 ? share(places) : undefined,
    all: share(verdicts.map(({ all }) => all)),
  }
}
