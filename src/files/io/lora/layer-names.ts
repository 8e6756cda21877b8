/** The names that files of adapters have for the weights of a model's parts. */
import { sgmName } from './sgm-names.ts'

/** A weight in a model. */
export interface WeightPlace {
  readonly part: string
  /** Its name in the part, with `.weight` at its end. */
  readonly weight: string
}

/** What the names of a part's layers begin with: with dots, and in kohya's files. */
interface Prefixes {
  readonly dotted: readonly string[]
  readonly kohya: readonly string[]
}

const networks: Prefixes = {
  dotted: ['unet', 'transformer', 'network', 'diffusion_model', 'base_model.model', 'base_model.model.unet', ''],
  kohya: ['lora_transformer', 'lora_network', 'lora_unet'],
}

/** The prefixes of a part; a text encoder by its number among them. */
function prefixesOf(part: string, alone: boolean): Prefixes {
  const encoder = /^text_encoder(?:_(\d+))?$/.exec(part)
  if (encoder) {
    const number = Number(encoder[1] ?? 1)
    // a file for one encoder has no number; beside a second one, the first is lora_te1
    return { dotted: [part], kohya: [`lora_te${number}`, ...(number === 1 && alone ? ['lora_te'] : [])] }
  }
  return part === 'unet' || part === 'network' || part === 'transformer'
    ? networks
    : { dotted: [part], kohya: [`lora_${part}`] }
}

/** A layer as PEFT and diffusers call it: `unet.mid_block.attentions.0.to_q`. */
export function dottedName(part: string, layer: string): string {
  return `${part}.${layer}`
}

/** The same for kohya: `lora_unet_mid_block_attentions_0_to_q`; of several text encoders `lora_te1_…`, `lora_te2_…`. */
export function kohyaName(part: string, layer: string, parts: Iterable<string>): string {
  return `${prefixesOf(part, isAlone(parts)).kohya.at(-1)!}_${underscored(layer)}`
}

/**
 * The weights of a model by every name that a file may have for their layers.
 *
 * @param parts the names of the weights of each part
 */
export function layerNames(parts: ReadonlyMap<string, Iterable<string>>): ReadonlyMap<string, WeightPlace> {
  const places = new Map<string, WeightPlace>()
  const alone = isAlone(parts.keys())
  for (const [part, names] of parts) {
    const { dotted, kohya } = prefixesOf(part, alone)
    const all = [...names]
    const depth = new Set(all.flatMap((name) => /^down_blocks\.0\.resnets\.(\d+)\./.exec(name)?.[1] ?? [])).size
    const attends = (block: string): boolean => all.some((name) => name.startsWith(`${block}.attentions.`))
    for (const weight of all) {
      if (!weight.endsWith('.weight')) continue
      const layer = weight.slice(0, -'.weight'.length)
      const place = { part, weight }
      const put = (name: string): void => void (places.has(name) || places.set(name, place))
      for (const prefix of dotted) put(prefix === '' ? layer : `${prefix}.${layer}`)
      for (const prefix of kohya) put(`${prefix}_${underscored(layer)}`)
      const sgm = dotted === networks.dotted ? sgmName(layer, depth, attends) : undefined
      if (sgm === undefined) continue
      put(`lora_unet_${underscored(sgm)}`)
      put(`diffusion_model.${sgm}`)
    }
  }
  return places
}

/** Whether there is one text encoder at most. */
function isAlone(parts: Iterable<string>): boolean {
  return ![...parts].some((part) => /^text_encoder_\d+$/.test(part))
}

function underscored(layer: string): string {
  return layer.replaceAll('.', '_')
}
