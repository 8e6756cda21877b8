/**
 * Digests of the weights of a model's parts, and of its tokenizers, which `tweedie.json` holds: so that mixed files of two saves are detected.
 * To be fast, they cover the length and pieces spread over a file: two trainings differ everywhere.
 */
import { TweedieError } from '../../errors.ts'
import { isFurtherFile } from './further-files.ts'
import { sha256 } from './sha256.ts'
import type { TweedieMeta } from './tweedie-meta.ts'

type Parts = TweedieMeta['parts']

const pieces = 64
const pieceLength = 4096

/** The records of the parts of a folder. */
export function partDigests(parts: Parts, files: ReadonlyMap<string, Uint8Array>): NonNullable<Parts> {
  const names = new Set([...files.keys()].filter(isRecorded).map((path) => path.split('/')[0]!))
  return Object.fromEntries(Array.from(names, (name) => [name, { ...parts?.[name], digest: digestOf(name, files) }]))
}

/**
 * Refuses weights of another save than the recorded one.
 *
 * @throws TweedieError `model` that names the part
 */
export function requireDigests(parts: Parts, files: ReadonlyMap<string, Uint8Array>, source: string): void {
  for (const [name, { digest }] of Object.entries(parts ?? {})) {
    if (digest === undefined || digest === digestOf(name, files)) continue
    throw new TweedieError('model', `${source}/${name}: its files are not those that tweedie.json was saved with`, {
      hint: `copy the whole folder again; if they were replaced on purpose, delete parts.${name}.digest in tweedie.json`,
    })
  }
}

function digestOf(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  const hash = sha256()
  for (const path of [...files.keys()].filter((each) => each.startsWith(`${name}/`) && isRecorded(each)).sort()) {
    const bytes = files.get(path)!
    hash.update(`${path}\0${bytes.length}\0`)
    for (let i = 0; i < pieces; i++) {
      const from = Math.floor((i / (pieces - 1)) * Math.max(0, bytes.length - pieceLength))
      hash.update(bytes.subarray(from, from + pieceLength))
    }
  }
  return hash.hex().slice(0, 16)
}

/** Whether files of another save would be noticed by nothing else: weights, and what tokens mean. */
function isRecorded(path: string): boolean {
  return path.endsWith('.safetensors') || isFurtherFile(path)
}
