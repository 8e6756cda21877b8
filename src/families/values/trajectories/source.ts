/** What assimilation draws trajectories by: a model of windows, and what its draws are to fields. */
import type { FloatArray } from '../../../diffusion/denoise/denoiser.ts'
import type { Observation } from '../../../diffusion/measure/observation.ts'
import { TweedieError } from '../../../errors.ts'
import type { DataScale } from '../../../files/data/dataset.ts'
import type { FieldFacts } from '../../../files/data/fields/facts.ts'
import type { Model } from '../model.ts'
import type { ObservedFields } from '../observed-fields.ts'

/** A model of windows of fields, or of their codes. */
export interface TrajectorySource extends Disposable {
  /** The diffusion of windows `[c, T, h, w]`. */
  readonly prior: Model
  readonly fields: FieldFacts
  /** Rows and columns of the fields. */
  readonly grid: readonly [rows: number, columns: number]
  /** Between the values of fields and those that the network, or the autoencoder, sees. */
  readonly scale: DataScale
  /** What is told of how trajectories were made, besides what is the same for all. */
  readonly how: Readonly<Record<string, string | number>>
  /** What was observed, as a measurement of trajectories `[c, L, h, w]` that the model draws. */
  measured(seen: ObservedFields, length: number): Promise<Observation>
  /** The fields `[C, L, H, W]` of such a trajectory, for the member of this number. */
  toFields(drawn: Float32Array, seen: ObservedFields, member: number): Promise<FloatArray>
}

/** What the model knows of its fields. @throws TweedieError `usage` for a model of anything else */
export function fieldsOf({ meta, frame }: Pick<Model, 'meta' | 'frame'>): FieldFacts {
  const { kind, fields, name } = meta.data
  if (kind === 'fields' && fields !== undefined && frame.item.length === 4) return fields as unknown as FieldFacts
  throw new TweedieError(
    'usage',
    `the model is of ${String(kind)} (${name}), and trajectories are made by models of fields`,
    {
      hint: 'train on fields over time: tweedie train weather.nc --window 8',
    },
  )
}

/** A model of fields themselves. */
export function sourceOfFields(model: Model): TrajectorySource {
  const [, , ...grid] = model.frame.item as [number, number, number, number]
  return {
    prior: model,
    fields: fieldsOf(model),
    grid,
    scale: model.scale,
    how: {},
    measured: async ({ observed }) => observed,
    toFields: async (drawn) => drawn,
    [Symbol.dispose]: () => undefined,
  }
}
