/**
 * Reads files of low-rank adapters: PEFT's names (`….lora_A.weight`), those of older diffusers (`….processor.to_q_lora.down.weight`,
 * `….lora.down.weight`, `….lora_linear_layer.down.weight`) and kohya's (`lora_unet_….lora_down.weight`, `.alpha`).
 */
import { TweedieError } from '../../../errors.ts'
import type { ModelWeight } from '../component.ts'
import { readSafetensors, toFloat32 } from '../safetensors.ts'
import type { LoraFile, LoraLayer, LoraLayout } from './lora-file.ts'

/** What a tensor's name says. */
interface Place {
  readonly layer: string
  readonly role: 'down' | 'up' | 'alpha'
  readonly layout: LoraLayout
}

/** Ends of names, with the layer in front. */
const endings: readonly (readonly [pattern: RegExp, role: Place['role'], layout: LoraLayout])[] = [
  [/^(.+)\.lora_A(?:\.default)?\.weight$/, 'down', 'peft'],
  [/^(.+)\.lora_B(?:\.default)?\.weight$/, 'up', 'peft'],
  [/^(.+)\.lora_down\.weight$/, 'down', 'kohya'],
  [/^(.+)\.lora_up\.weight$/, 'up', 'kohya'],
  [/^(.+\.processor\.\w+_lora)\.down\.weight$/, 'down', 'diffusers'],
  [/^(.+\.processor\.\w+_lora)\.up\.weight$/, 'up', 'diffusers'],
  [/^(.+\.self_attn\.to_\w+_lora)\.down\.weight$/, 'down', 'diffusers'],
  [/^(.+\.self_attn\.to_\w+_lora)\.up\.weight$/, 'up', 'diffusers'],
  [/^(.+)\.lora(?:_linear_layer)?\.down\.weight$/, 'down', 'diffusers'],
  [/^(.+)\.lora(?:_linear_layer)?\.up\.weight$/, 'up', 'diffusers'],
  [/^(.+?)(?:\.lora(?:_linear_layer)?)?\.alpha$/, 'alpha', 'kohya'],
]

/** Other changes of weights, which are not a product of two matrices, by what their names have. */
const others: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\.(dora_scale|lora_magnitude_vector)(\.|$)/, 'DoRA'],
  [/\.hada_(w[12]_[ab]|t[12])$/, 'LoHa'],
  [/\.lokr_(w[12](_[ab])?|t2)$/, 'LoKr'],
  [/\.lora_mid\.weight$/, 'a Tucker decomposition (lora_mid)'],
  [/\.oft_(blocks|diag)$|\.oft_R\./, 'OFT'],
  [/\.ia3_l\b|\.on_input$/, 'IA³'],
  [/\.(a1|a2|b1|b2|bm[12])\.weight$/, 'GLoRA'],
  [/\.(diff|diff_b|set_weight|w_norm|b_norm)$/, 'whole differences of weights'],
  [/\.lora_embedding_[AB]/, 'adapters of a table of embeddings'],
  [/\.lora_[AB](\.default)?\.bias$|\.lora_bias/, 'adapters with a bias'],
  [/^bundle_emb\./, 'embeddings of textual inversion among adapters'],
]

/**
 * The adapters in the bytes of a safetensors file.
 *
 * @param source the file's name in errors
 * @throws TweedieError `model` for a file of something else, of other kinds of adapters, by name, or with half of an adapter
 * @example
 * const file = decodeLora(await readFile('style.safetensors'), 'style.safetensors')
 */
export function decodeLora(bytes: Uint8Array, source = 'adapters'): LoraFile {
  const { tensors, metadata } = readSafetensors(bytes, source)
  const found = new Map<string, { down?: ModelWeight; up?: ModelWeight; alpha?: number; layout: LoraLayout }>()
  const unknown: string[] = []
  for (const [name, tensor] of tensors) {
    const other = others.find(([pattern]) => pattern.test(name))
    if (other) throw refused(source, other[1], name)
    const place = placeOf(name)
    if (place === undefined) {
      unknown.push(name)
      continue
    }
    const entry = found.get(place.layer) ?? { layout: place.layout }
    if (entry[place.role] !== undefined) {
      throw new TweedieError('model', `${source}: ${place.layer} has two tensors for its ${words[place.role]}`)
    }
    const value = { shape: tensor.shape, data: toFloat32(tensor) }
    if (place.role === 'alpha') entry.alpha = alphaOf(value, `${source}: ${name}`)
    else {
      entry[place.role] = value
      entry.layout = place.layout
    }
    found.set(place.layer, entry)
  }
  if (unknown.length > 0 || found.size === 0) throw noAdapters(source, unknown, found.size)
  const layers = Array.from(found, ([name, { down, up, alpha }]) => completed(source, name, down, up, alpha))
  return { layout: mostOf(Array.from(found.values(), ({ layout }) => layout)), layers, metadata }
}

const words = { down: 'lower half (A)', up: 'upper half (B)', alpha: 'alpha' }

function placeOf(name: string): Place | undefined {
  for (const [pattern, role, layout] of endings) {
    const layer = pattern.exec(name)?.[1]
    if (layer !== undefined) return { layer: plainLayer(layer), role, layout }
  }
  return undefined
}

/** `….attn1.processor.to_out_lora` → `….attn1.to_out.0`; of text encoders `….self_attn.to_q_lora` → `….self_attn.q_proj`. */
function plainLayer(layer: string): string {
  return layer
    .replace(/\.processor\.(\w+)_lora$/, (_, projection: string) =>
      projection === 'to_out' ? '.to_out.0' : `.${projection}`,
    )
    .replace(/\.self_attn\.to_(q|k|v|out)_lora$/, '.self_attn.$1_proj')
}

function completed(
  source: string,
  name: string,
  down: ModelWeight | undefined,
  up: ModelWeight | undefined,
  alpha: number | undefined,
): LoraLayer {
  if (down === undefined || up === undefined) {
    const missing = down === undefined ? words.down : words.up
    throw new TweedieError('model', `${source}: ${name} has no ${missing}`, {
      hint: 'the file is cut off: fetch it again',
    })
  }
  const rank = down.shape[0] ?? 0
  if (rank < 1 || up.shape[1] !== rank || down.shape.length < 2) {
    const [a, b] = [down, up].map(({ shape }) => `[${shape.join(', ')}]`)
    throw new TweedieError('model', `${source}: ${name}: A ${a} and B ${b} are no two halves of one change`)
  }
  return { name, down, up, ...(alpha !== undefined && { alpha }) }
}

function alphaOf({ data }: ModelWeight, what: string): number {
  const [alpha] = data
  if (data.length === 1 && Number.isFinite(alpha)) return alpha!
  throw new TweedieError('model', `${what}: alpha must be one finite number`)
}

function refused(source: string, kind: string, name: string): TweedieError {
  return new TweedieError('model', `${source}: ${kind}, which is not read here (${name})`, {
    hint: 'plain LoRA and LoCon are: merge it into its model elsewhere, or train a LoRA',
  })
}

function noAdapters(source: string, unknown: readonly string[], layers: number): TweedieError {
  if (layers === 0) {
    return new TweedieError('model', `${source}: not a file of low-rank adapters`, {
      hint: "it has names such as ….lora_A.weight or ….lora_down.weight; 'tweedie info' lists those of a file",
    })
  }
  const rest = unknown.length > 5 ? `, and ${unknown.length - 5} more` : ''
  return new TweedieError(
    'model',
    `${source}: ${unknown.length} tensors belong to no adapter: ${unknown.slice(0, 5).join(', ')}${rest}`,
  )
}

function mostOf(layouts: readonly LoraLayout[]): LoraLayout {
  const count = (layout: LoraLayout): number => layouts.filter((each) => each === layout).length
  return [...new Set(layouts)].sort((a, b) => count(b) - count(a))[0]!
}
