/**
 * Which of a folder's files hold the weights of a part: one file or several numbered ones, perhaps of a variant, as diffusers and
 * transformers name them.
 */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from './parse-config.ts'

/** The chosen files, and a remark about the choice. */
export interface WeightFiles {
  /** File names within the part's folder, in order. */
  readonly names: readonly string[]
  /** The file that says which tensor is in which file, if there is one. */
  readonly index?: string | undefined
  /** The variant that was chosen, such as `fp16`; empty: none. */
  readonly variant: string
}

/** How the two libraries call the file. */
const stems = ['diffusion_pytorch_model', 'model', 'pytorch_model'] as const

const indexFile = /^(.+?)\.safetensors\.index(?:\.([a-z0-9_-]+))?\.json$/i

/** Variants in order of preference, if there is no plain file and none is chosen. */
const preference = ['', 'fp32', 'bf16', 'fp16']

/** The name of the one file that weights are written to. */
export function weightFileOf(library: string): string {
  return library === 'diffusers' ? 'diffusion_pytorch_model.safetensors' : 'model.safetensors'
}

/** How libraries call the file, the most likely first. */
export function weightStems(library: string): readonly string[] {
  return library === 'diffusers' ? stems : stems.slice(1)
}

/**
 * Chooses the files of a part's weights among the names in its folder: those without a variant, else what comes closest to
 * them.
 *
 * @param names of the files in the part's folder
 * @param where what to call that folder in errors, ending in a slash if it is one
 * @param options `library`: for the name of what is missing; `variant`: the one that is wanted
 * @throws TweedieError `model` where there are none, or some of several are missing
 */
export function chooseWeightFiles(
  names: readonly string[],
  where: string,
  { library, variant: wanted }: { readonly library: string; readonly variant?: string | undefined },
): WeightFiles {
  const found = new Map<string, Map<string, string>>()
  for (const name of names) {
    const parsed = parseName(name)
    if (parsed === undefined) continue
    const { variant, part } = parsed
    found.set(variant, (found.get(variant) ?? new Map<string, string>()).set(part, name))
  }
  const variant = wanted ?? [...found.keys()].sort(byPreference)[0]
  const files = variant === undefined ? undefined : found.get(variant)
  if (variant === undefined || files === undefined) {
    const variants = [...found.keys()].filter(Boolean)
    if (wanted !== undefined && found.size > 0) {
      const others = variants.length > 0 ? `, but ${variants.join(', ')}` : ''
      throw new TweedieError('model', `${where}: there is no variant ${JSON.stringify(wanted)}${others}`, {
        hint: found.has('') ? 'leave `variant` out: there are plain weights' : `\`variant: ${variants[0]}\``,
      })
    }
    throw new TweedieError('model', `${where}${weightFileOf(library)}: no such file`, {
      hint: 'weights in .bin files are not read: save the model again with safe_serialization=True',
    })
  }
  const whole = files.get('')
  if (whole !== undefined) return { names: [whole], variant }
  return { names: allShards(files, where), index: indexOf(names, variant), variant }
}

/**
 * Which file each tensor is in, by an index file.
 *
 * @throws TweedieError `model` for a missing file, or an invalid index
 */
export function parseWeightIndex(
  value: unknown,
  files: readonly string[],
  source: string,
): ReadonlyMap<string, string> {
  const schema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })
  const { weight_map: map } = parseConfig(schema, value, source)
  const missing = Object.values(map).find((file) => !files.includes(file))
  if (missing === undefined) return new Map(Object.entries(map))
  throw new TweedieError('model', `${source}: names ${JSON.stringify(missing)}, which is not there`, {
    hint: 'fetch all files of the model',
  })
}

/** `diffusion_pytorch_model.fp16-00001-of-00003.safetensors` → variant fp16, the first of three. */
function parseName(name: string): { readonly variant: string; readonly part: string } | undefined {
  const stem = stems.find((each) => name.startsWith(`${each}.`) || name.startsWith(`${each}-`))
  if (stem === undefined || !name.endsWith('.safetensors')) return undefined
  const rest = name.slice(stem.length, -'.safetensors'.length)
  const match = /^(?:\.([\w-]+?))?(?:-(\d{5})-of-(\d{5}))?(?:\.(\w+))?$/.exec(rest)
  if (!match) return undefined
  const [, before = '', number, of, after = ''] = match
  return { variant: before || after, part: number === undefined ? '' : `${number}/${of}` }
}

function allShards(files: ReadonlyMap<string, string>, where: string): readonly string[] {
  const [, count] = [...files.keys()][0]!.split('/') as [string, string]
  return Array.from({ length: Number(count) }, (_, i) => {
    const number = String(i + 1).padStart(5, '0')
    const name = files.get(`${number}/${count}`)
    if (name !== undefined) return name
    throw new TweedieError('model', `${where}: weights ${number} of ${count} are missing`, {
      hint: 'fetch all files of the model',
    })
  })
}

function indexOf(names: readonly string[], variant: string): string | undefined {
  return names.find((name) => {
    const match = indexFile.exec(name)
    return match !== null && (stems as readonly string[]).includes(match[1]!) && (match[2] ?? '') === variant
  })
}

function byPreference(a: string, b: string): number {
  const rank = (variant: string): number => {
    const at = preference.indexOf(variant)
    return at < 0 ? preference.length : at
  }
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}
