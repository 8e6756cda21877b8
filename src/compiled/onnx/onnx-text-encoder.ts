/** A text encoder whose graph is an ONNX file, with the names that Optimum and diffusers give: `input_ids` → `last_hidden_state`. */
import { TweedieError } from '../../errors.ts'
import { filled, type Tensor } from '../../engine/graph/index.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import type { TextEncoder } from '../../engine/nn/text-encoder.ts'
import { itemSizes, nameIn, type OnnxFile, outputOf } from './onnx-file.ts'

/** The class of encoders that are files, where no configuration says of which class they were. */
export const onnxTextClass = 'OnnxTextEncoder'

/** What the file leaves open. */
export interface OnnxTextEncoderOptions {
  /** Places of a text; default 77, as CLIP has them. */
  readonly length?: number | undefined
  /** The encoder that was exported, if its configuration is known. */
  readonly known?: TextEncoder | undefined
}

/** Outputs by what they are; those of single layers are `hidden_states.0`, … */
const pooledNames = ['text_embeds', 'pooler_output']
const layerName = /^hidden_states[._](\d+)$/

const clipLength = 77

/**
 * The encoder in a file.
 *
 * @throws TweedieError `model` for inputs that are not understood
 * @example
 * const encoder = onnxTextEncoder(onnxFile(bytes, { name: 'text_encoder/model.onnx' }))
 */
export function onnxTextEncoder(file: OnnxFile, { length, known }: OnnxTextEncoderOptions = {}): TextEncoder {
  const { name } = file.file
  const tokens = nameIn(file.inputs, ['input_ids', 'tokens'])
  const last = nameIn(file.outputs, ['last_hidden_state', 'hidden'])
  const pooled = nameIn(file.outputs, [...pooledNames, 'pooled'])
  const other = [...file.inputs.keys()].find((each) => each !== tokens && each !== 'attention_mask')
  if (tokens === undefined || other !== undefined) {
    throw new TweedieError('model', `${name}: it is no text encoder: its inputs are ${names(file.inputs)}`, {
      hint: 'expected input_ids, as Optimum exports text encoders',
    })
  }
  const sizes = last === undefined ? undefined : itemSizes(file.outputs.get(last)!)
  const places = known?.length ?? itemSizes(file.inputs.get(tokens)!)?.[0] ?? length ?? clipLength
  const width = known?.width ?? sizes?.at(-1)
  if (width === undefined) throw missing(name, 'how large the vectors of a text are', file)
  const pooledWidth =
    pooled === undefined ? undefined : (itemSizes(file.outputs.get(pooled)!)?.[0] ?? known?.pooledWidth ?? width)
  return Object.freeze<TextEncoder>({
    className: known?.className ?? onnxTextClass,
    config: known?.config ?? { file: name },
    length: places,
    // the runtime refuses tokens that it has no vectors for
    vocabulary: known?.vocabulary ?? 2 ** 31 - 1,
    width,
    ...(pooledWidth !== undefined && { pooledWidth }),
    encode(_, given, { skip = 0, finalNorm = true } = {}) {
      const inputs = feedsOf(file, tokens, given)
      const shape = [...given.shape, width]
      const like = known && [known.encode(new Scope(), given).hidden]
      const of = (output: string): Tensor => outputOf(file, inputs, output, shape, like)
      const hidden = skip === 0 && finalNorm ? last : layerOf(file, skip, finalNorm)
      if (hidden === undefined) throw missing(name, 'last_hidden_state', file)
      return {
        hidden: of(hidden),
        ...(pooled !== undefined && { pooled: outputOf(file, inputs, pooled, [given.shape[0]!, pooledWidth!], []) }),
      }
    },
  })
}

/** The output of a layer before the last, without a norm behind it, if the file has it. */
function layerOf(file: OnnxFile, skip: number, finalNorm: boolean): string {
  const layers = [...file.outputs.keys()].flatMap((output) => {
    const match = layerName.exec(output)
    return match ? [{ output, layer: Number(match[1]) }] : []
  })
  const last = Math.max(...layers.map(({ layer }) => layer))
  const found = layers.find(({ layer }) => layer === last - skip)
  if (found !== undefined && !finalNorm) return found.output
  throw new TweedieError(
    'model',
    finalNorm
      ? `${file.file.name}: it has no layer ${skip} before the last behind its last norm`
      : `${file.file.name}: it has no output of the layer ${skip} before the last`,
    {
      hint: finalNorm
        ? 'leave `clipSkip` out: an exported encoder has a norm behind its last layer alone'
        : 'export it with output_hidden_states, as Optimum does for Stable Diffusion XL',
    },
  )
}

/** The tokens, and a mask that hides none of them where the file wants one. */
function feedsOf({ inputs }: OnnxFile, tokens: string, given: Tensor): Readonly<Record<string, Tensor>> {
  if (!inputs.has('attention_mask')) return { [tokens]: given }
  return { [tokens]: given, attention_mask: filled(1, given.shape, 'int32') }
}

const names = (infos: ReadonlyMap<string, unknown>): string => [...infos.keys()].join(', ') || 'none'

function missing(name: string, what: string, { outputs }: OnnxFile): TweedieError {
  return new TweedieError('model', `${name}: it does not say ${what}`, { hint: `its outputs are ${names(outputs)}` })
}
