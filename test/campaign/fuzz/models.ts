/** Small models of several families, trained by the command line in an instant: their folders are what readers of models are tried on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../../src/cli/program.ts'

/** Lines that train; `FOLDER` is where everything lies. */
const lines = {
  points: 'train moons --items 64 --batch 16 --widths 8 --depth 1 --steps 2 -q -o FOLDER/points',
  pictures: 'train glyphs --items 64 --batch 8 --widths 8,16 --patch 4 --levels 50 --steps 2 -q -o FOLDER/pictures',
  text: 'train FOLDER/verse.txt --batch 8 --length 16 --widths 32 --depth 1 -q --steps 2 -o FOLDER/text',
  rows: 'train FOLDER/table.csv --table --batch 8 --widths 16 --depth 1 -q --steps 2 -o FOLDER/rows',
  codes:
    'train glyphs --items 40 --model vae --network conv --latent 2 --widths 8,8 --depth 1 --batch 8 --steps 2 -q -o FOLDER/codes',
  latent:
    'train glyphs --items 40 --latents FOLDER/codes --widths 8,8 --depth 1 --batch 8 --steps 2 -q -o FOLDER/latent',
  flow: 'train moons --items 64 --model flow --batch 16 --widths 8 --steps 2 -q -o FOLDER/flow',
} as const

export type ModelName = keyof typeof lines

/** The files of the folders of some models, by their paths in them. */
export async function trainedModels(
  names: readonly ModelName[],
): Promise<ReadonlyMap<ModelName, ReadonlyMap<string, Uint8Array>>> {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-campaign-'))
  try {
    writeFileSync(join(folder, 'verse.txt'), 'To be, or not to be, that is the question.\n'.repeat(8))
    const row = (i: number): string => `${i},${['a', 'b'][i % 2]},${(i * 7) % 5}`
    writeFileSync(join(folder, 'table.csv'), `x,kind,y\n${Array.from({ length: 32 }, (_, i) => row(i)).join('\n')}\n`)
    const found = new Map<ModelName, ReadonlyMap<string, Uint8Array>>()
    for (const name of names) {
      await quietly(lines[name].replaceAll('FOLDER', folder))
      found.set(name, filesIn(join(folder, name)))
    }
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
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
