/** A look at a run: samples of its model as it is now, the score, and how far they are from the data. */
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import type { RemoteRun } from '../../../app/web/worker/remote-run.ts'
import { type NoiseSpec, scheduleOfNoise } from '../../../diffusion/noise/named.ts'
import { slicedWasserstein } from '../../../tools/metrics/wasserstein.ts'
import type { OpenData } from './data.ts'
import { columnsOf, exactScore } from './exact-score.ts'
import { type Field, gridOf, type Look } from './look.ts'

/** A run, as far as a look needs it. */
export interface LookedAt {
  readonly remote: RemoteRun
  readonly step: number
  readonly data: OpenData | undefined
  readonly noise: NoiseSpec | undefined
}

/** Draws from the model as it is now. @param time at which the score is worked out too */
export async function lookAt(run: LookedAt, time: number | undefined): Promise<Look> {
  const { step, data } = run
  using model = await run.remote.model()
  const { shape } = model.facts.meta.data
  const plane = shape.length === 1 && shape[0] === 2
  const count = plane ? 512 : 16
  const drawn = await model.draw({ count, steps: plane ? 16 : 12, seed: 1, frames: plane })
  const samples = Float32Array.from(drawn.values.data as ArrayLike<number>)
  const frames = (drawn.frames ?? []).flatMap(({ values }) => (values ? [values.data as Float32Array] : []))
  const field = plane && time !== undefined ? await fieldOf(run, model, time) : undefined
  return {
    step,
    shape: drawn.shape.slice(1),
    samples,
    texts: drawn.texts,
    frames,
    field,
    distance: data?.bounds ? distanceOf(samples, data) : undefined,
  }
}

/** The score at a time, learned and exact. */
async function fieldOf({ data, noise }: LookedAt, model: RemoteModel, time: number): Promise<Field | undefined> {
  if (data?.bounds === undefined || noise === undefined) return undefined
  const places = gridOf(data.bounds)
  const { score } = await model.field(places, time)
  const schedule = scheduleOfNoise(noise)
  const items = data.known
  const exact = exactScore(places, {
    items,
    ...columnsOf(items),
    alpha: schedule.alpha(time),
    sigma: schedule.sigma(time),
  })
  return { time, places, learned: score, exact }
}

function distanceOf(samples: Float32Array, { shown, others }: OpenData): Look['distance'] {
  const set = (values: Float32Array) => ({ data: values, count: values.length / 2, dimension: 2 })
  if (shown.length === 0 || others.length === 0) return undefined
  const options = { directions: 64 }
  const floor = floors.get(shown) ?? slicedWasserstein(set(others), set(shown), options)
  floors.set(shown, floor)
  return { samples: slicedWasserstein(set(samples), set(shown), options), floor }
}

/** How far two draws of the same data are apart. */
const floors = new WeakMap<Float32Array, number>()
