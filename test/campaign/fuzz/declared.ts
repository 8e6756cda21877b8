/** The functions of the sources that read what comes from outside: found by what they are called and what they take. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Those of which no reader is asked, and why. */
const others: Readonly<Record<string, string>> = {
  'engine/runtime/node/ort-resident.ts ortResident': 'runs a graph',
  'tools/eval/onnx-features.ts onnxFeatures': 'runs a graph',
  'tools/eval/store.ts sealed': 'writes',
  'files/text/utf8.ts invalidByte': 'is asked where a text is refused',
  'files/io/web/integrity.ts digestOf': 'sums bytes',
}

/** Of families: what `campaign` reaches by a model of each family, and a short run does not. */
const ofFamilies = /^families\/[\w-]+\/(?:[\w-]+\/)?(?:spec|flow-spec)\.ts$/

/** A reader: its file below `src`, and its name. */
export type Declared = readonly [path: string, name: string]

/** Exported functions that take bytes first, and those named `parse…` or `decode…` that take a text, a JSON value or files first. */
export function declaredReaders(root = 'src'): readonly Declared[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.startsWith('lab/') && !ofFamilies.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return Array.from(text.matchAll(/^export (?:async )?function (\w+)(?:<[^(]*>)?\(\s*(?!path\b)\w+: ([^,)=]+)/gm))
        .filter(
          ([, name, type]) =>
            takesBytes(type!.trim()) || (/^(?:parse|decode)[A-Z]/.test(name!) && takesText(type!.trim())),
        )
        .map(([, name]): Declared => [path, name!])
    })
    .filter((found) => !(found.join(' ') in others))
}

const takesBytes = (type: string): boolean => /^Uint8Array(?:<\w+>)?$/.test(type)
const takesText = (type: string): boolean => /^(?:string|unknown|ModelFiles|readonly Uint8Array\[\])$/.test(type)
