/**
 * Files of a model that are no networks: those of tokenizers and image processors, as they are. An index lists them by their class, as it
 * lists the networks: `"tokenizer": ["transformers", "CLIPTokenizer"]`.
 */
import { TweedieError } from '../../errors.ts'
import { parseJson } from './json.ts'

/** The names of such files, which libraries give. */
export const furtherNames: readonly string[] = [
  'vocab.json',
  'merges.txt',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'preprocessor_config.json',
]

/** Classes of an index that have such files. */
export const hasFurtherFiles = (className: string): boolean =>
  /(Tokenizer|TokenizerFast|Processor|Extractor)$/.test(className)

/** Whether a path of a folder is one of such a file: `tokenizer/vocab.json`. */
export function isFurtherFile(path: string): boolean {
  const [folder, name, ...rest] = path.split('/')
  return folder !== '' && name !== undefined && rest.length === 0 && furtherNames.includes(name)
}

/** The files of a model folder that are kept as they are, by path. */
export function furtherFiles(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  return new Map([...files].filter(([path]) => isFurtherFile(path)))
}

/**
 * The files of one folder of a model, by their names in it.
 *
 * @param folder with or without a slash at its end: `tokenizer`
 */
export function filesBelow(files: ReadonlyMap<string, Uint8Array>, folder: string): ReadonlyMap<string, Uint8Array> {
  const start = `${folder.replace(/\/$/, '')}/`
  return new Map(
    [...files].flatMap(([path, bytes]) => (path.startsWith(start) ? [[path.slice(start.length), bytes]] : [])),
  )
}

/** Files as those of a folder of a model: `vocab.json` → `tokenizer/vocab.json`. */
export function filesIn(folder: string, files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> {
  return new Map([...files].map(([name, bytes]) => [`${folder}/${name}`, bytes]))
}

/**
 * The entries of an index for such files: library and class by the folder's name.
 *
 * @throws TweedieError `model` for a path that is not one of such a file
 */
export function furtherEntries(
  files: ReadonlyMap<string, Uint8Array>,
): Readonly<Record<string, readonly [string, string]>> {
  const strange = [...files.keys()].find((path) => !isFurtherFile(path) || !/^[a-z][a-z0-9_]{0,63}\//.test(path))
  if (strange !== undefined) {
    throw new TweedieError('model', `${JSON.stringify(strange)} is no file of a tokenizer or an image processor`, {
      hint: `such as tokenizer/vocab.json; known are ${furtherNames.join(', ')}`,
    })
  }
  const folders = [...new Set([...files.keys()].map((path) => path.split('/')[0]!))]
  return Object.fromEntries(folders.map((folder) => [folder, ['transformers', classOf(filesBelow(files, folder))]]))
}

/** The class in transformers that reads the files. */
function classOf(files: ReadonlyMap<string, Uint8Array>): string {
  const stated = (name: string, field: string): string | undefined => {
    const bytes = files.get(name)
    if (bytes === undefined) return undefined
    const value = (
      Object(parseJson(new TextDecoder().decode(bytes), name, 'model')) as Readonly<Record<string, unknown>>
    )[field]
    return typeof value === 'string' ? value : undefined
  }
  const processor = stated('preprocessor_config.json', 'image_processor_type')
  if (files.has('preprocessor_config.json')) return processor ?? 'CLIPImageProcessor'
  const own = files.has('vocab.json') && files.has('merges.txt') ? 'CLIPTokenizer' : 'PreTrainedTokenizerFast'
  return stated('tokenizer_config.json', 'tokenizer_class') ?? own
}
