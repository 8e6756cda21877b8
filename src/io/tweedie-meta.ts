/** `tweedie.json`: what a model has to say about itself for which diffusers has no place. */
import { z } from 'zod'
import { TweedieError } from '../errors.ts'
import type { UNet2DFields } from '../nn/unet2d/config.ts'
import type { Json } from './json.ts'
import { parseConfig } from './parse-config.ts'
import type { SchedulerConfig } from './scheduler-config.ts'

/** The version of the layout of `tweedie.json` that this code writes, and the newest that it reads. */
export const formatVersion = 1

const json: z.ZodType<Json> = z.json()
const record = z.record(z.string(), json)

const schema = z.object({
  /** The layout of this file. */
  format: z.int().positive().max(formatVersion).default(formatVersion),
  /** The tweedie that wrote it. */
  version: z.string().default('0.0.0'),
  data: z.looseObject({
    name: z.string(),
    /** `image`, `points`, `series`, `text`, … */
    kind: z.string(),
    /** One sample's shape before {@link patch}, such as `[channels, height, width]`. */
    shape: z.array(z.int().positive()).nonempty(),
    /** The range of the raw data that the network sees as [-1, 1]; `null` where it is seen as it is. */
    range: z
      .tuple([z.number(), z.number()])
      .refine(([low, high]) => low < high, 'expected [low, high]')
      .nullable()
      .default(null),
    /** Space-to-depth factor p: the network sees `[channels · p², height / p, width / p]`. */
    patch: z.int().positive().default(1),
    /** The names of the classes, by label; `null` without classes. */
    classNames: z.array(z.string()).nullable().default(null),
    /** The label that means "no class", for classifier-free guidance. */
    unconditionalLabel: z.int().min(0).nullable().default(null),
  }),
  objective: z.looseObject({
    /** What the network predicts: `epsilon`, `x0`, `v`, `score`, `flow`, `edm`, … */
    parametrisation: z.string(),
    weighting: z.string().default('uniform'),
    /** The probability with which a label was dropped in training. */
    labelDropout: z.number().min(0).max(1).default(0),
  }),
  /** The noise schedule where `scheduler_config.json` cannot say it: a name and its numbers. */
  schedule: record.nullable().default(null),
  /** For models of tokens: the discrete process that they are trained on (`DiscreteSpec`). */
  process: record.nullable().default(null),
  /** The training record: seed, steps, batch, minutes, final loss, … */
  training: record.default({}),
  /** What `sample` does unless told otherwise: sampler, steps, guidance, … */
  sampler: record.default({}),
  /** A digest of the save that this file belongs to; written by the model folder itself. */
  save: z.string().optional(),
})

/** The content of `tweedie.json`, all fields present. */
export type TweedieMeta = Readonly<z.output<typeof schema>>

/** What may be given for it: fields with a default may be left out. */
export type TweedieMetaInput = Readonly<z.input<typeof schema>>

/** Checks the content of `tweedie.json` and fills in its defaults. */
export function parseTweedieMeta(value: unknown, source = 'tweedie.json'): TweedieMeta {
  const { format } = parseConfig(z.looseObject({ format: z.int().positive().default(1) }), value, source)
  if (format > formatVersion) {
    throw new TweedieError('model', `${source}: format ${format} is newer than this tweedie reads (${formatVersion})`, {
      hint: 'update tweedie: npm install tweedie@latest',
    })
  }
  return parseConfig(schema, value, source)
}

/** What can be said about a plain diffusers model: 8-bit images, and the objective that its scheduler implies. */
export function defaultMeta(unet: UNet2DFields, scheduler: SchedulerConfig): TweedieMeta {
  const size = typeof unet.sample_size === 'number' ? [unet.sample_size, unet.sample_size] : unet.sample_size
  const parametrisations = { epsilon: 'epsilon', sample: 'x0', v_prediction: 'v' }
  return parseTweedieMeta({
    data: { name: 'unknown', kind: 'image', shape: [unet.in_channels, ...size], range: [0, 255] },
    objective: { parametrisation: parametrisations[scheduler.prediction_type] },
  })
}
