/** Small models of several families, trained by the command line in an instant: their folders are what readers of models are tried on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../../src/cli/program.ts'
import { writeNpy } from '../../../src/files/data/formats/npy.ts'
import { weatherFile } from './weather.ts'

/** How a model is trained: `FOLDER` is where everything lies; those that it stands on come first. */
interface Recipe {
  readonly family: string
  readonly line: string
  readonly on?: string
}

const images = 'FOLDER/pictures.npy --batch 8'
const recipes = {
  points: { family: 'values', line: 'moons --items 64 --batch 16 --widths 8 --depth 1' },
  pictures: { family: 'values', line: 'glyphs --items 64 --batch 8 --widths 8,16 --patch 4 --levels 50' },
  words: {
    family: 'values',
    line: 'scenes --items 24 --captions --widths 8,8 --depth 1 --batch 8 --text-width 8 --text-layers 1',
  },
  fields: {
    family: 'values',
    line: 'FOLDER/weather.nc --window 4 --precondition gaussian --widths 8 --depth 1 --batch 8',
  },
  text: { family: 'tokens', line: 'FOLDER/verse.txt --batch 8 --length 16 --widths 32 --depth 1' },
  embeddings: {
    family: 'embeddings',
    line: 'FOLDER/verse.txt --model embeddings --batch 4 --length 16 --widths 8 --depth 1',
  },
  rows: { family: 'rows', line: 'FOLDER/table.csv --table --batch 8 --widths 16 --depth 1' },
  prediction: { family: 'prediction', line: 'FOLDER/table.csv --target y --batch 8 --widths 8 --depth 1' },
  codes: {
    family: 'vae',
    line: 'glyphs --items 40 --model vae --network conv --latent 2 --widths 8,8 --depth 1 --batch 8',
  },
  latent: {
    family: 'latent',
    line: 'glyphs --items 40 --latents FOLDER/codes --widths 8,8 --depth 1 --batch 8',
    on: 'codes',
  },
  hierarchy: { family: 'hvae', line: 'moons --model hvae --items 64 --widths 8 --depth 1' },
  quantised: { family: 'vq', line: `${images} --model vq --codes 12 --code-size 2 --widths 4,8` },
  maps: {
    family: 'vq-diffusion',
    line: `${images} --model vq-diffusion --latents FOLDER/quantised --widths 8 --depth 1`,
    on: 'quantised',
  },
  flow: { family: 'flow', line: 'moons --items 64 --model flow --batch 16 --widths 8' },
  continuous: { family: 'cnf', line: 'moons --model cnf --items 64 --batch 16 --widths 8 --depth 1 --solver-steps 2' },
  molecules: { family: 'molecules', line: 'FOLDER/small.xyz --batch 2 --widths 8 --depth 1' },
} as const satisfies Record<string, Recipe>

export type ModelName = keyof typeof recipes

/** All of them; every family has one. */
export const modelNames = Object.keys(recipes) as ModelName[]

/** The family of a model, as the registry names it. */
export const familyOf = (name: ModelName): string => recipes[name].family

/** The files of the folders of some models, by their paths in them. */
export async function trainedModels(
  names: readonly ModelName[],
): Promise<ReadonlyMap<ModelName, ReadonlyMap<string, Uint8Array>>> {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-campaign-'))
  try {
    writeData(folder)
    const found = new Map<ModelName, ReadonlyMap<string, Uint8Array>>()
    const make = async (name: ModelName): Promise<void> => {
      const { line, on }: Recipe = recipes[name]
      if (found.has(name)) return
      if (on !== undefined) await make(on as ModelName)
      await quietly(`train ${line.replaceAll('FOLDER', folder)} --steps 2 --threads 1 -q -o ${join(folder, name)}`)
      found.set(name, filesIn(join(folder, name)))
    }
    for (const name of names) await make(name)
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function writeData(folder: string): void {
  writeFileSync(join(folder, 'verse.txt'), 'To be, or not to be, that is the question.\n'.repeat(8))
  const row = (i: number): string => `${i},${['a', 'b'][i % 2]},${(i * 7) % 5}`
  writeFileSync(join(folder, 'table.csv'), `x,kind,y\n${Array.from({ length: 32 }, (_, i) => row(i)).join('\n')}\n`)
  writeFileSync(join(folder, 'weather.nc'), weatherFile(48))
  const data = Uint8Array.from({ length: 24 * 64 }, (_, i) => (i * 37) % 256)
  writeFileSync(join(folder, 'pictures.npy'), writeNpy({ shape: [24, 1, 8, 8], data }))
  const water = (i: number): string => `3\n\nO 0 0 ${i / 100}\nH 0.9572 0 0\nH -0.24 0.9266 0\n`
  writeFileSync(join(folder, 'small.xyz'), Array.from({ length: 6 }, (_, i) => water(i)).join(''))
}

/** Runs a line of the command line; nothing is printed. */
export async function quietly(line: string): Promise<void> {
  const [out, err] = [process.stdout.write, process.stderr.write]
  let said = ''
  process.stdout.write = () => true
  process.stderr.write = (text: string | Uint8Array) => ((said += String(text)), true)
  const status = await run(line.split(' ')).finally(() => Object.assign(process.stdout, { write: out }))
  process.stderr.write = err
  if (status !== 0) throw new Error(`${line}: status ${status}: ${said}`)
}

function filesIn(folder: string): Map<string, Uint8Array> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(folder, name)).isFile()).toSorted()
  return new Map(files.map((name) => [name, Uint8Array.from(readFileSync(join(folder, name)))]))
}
