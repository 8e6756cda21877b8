/** What is interrupted: lines of the command line that write, and what must hold of their folder whatever happened. */
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTweedieError } from '../../src/errors.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { readCheckpoint } from '../../src/tools/train/node/run-folder.ts'

/** Runs a line of the command line to its end. */
export type RunLine = (line: string) => Promise<{ readonly status: number; readonly said: string }>

export interface Scenario {
  readonly name: string
  /** Lines that make the folder before. `FOLDER` stands for it. */
  readonly before: readonly string[]
  /** The line that is interrupted. */
  readonly line: string
  /** What is wrong with the folder afterwards; undefined: nothing. `whole` is a folder in which the line ran to its end. */
  readonly check: (folder: string, whole: string, run: RunLine) => Promise<string | undefined>
}

const points = 'train moons --items 64 --batch 16 --widths 8 --depth 1 --threads 1 -q'

/** A run: it opens as one of its saves or is refused; it can be resumed or begun again, and ends as if nothing had happened. */
const run =
  (again: string) =>
  async (folder: string, whole: string, runLine: RunLine): Promise<string | undefined> => {
    const place = join(folder, 'run')
    const opened = await openFolder(place).catch((error: unknown) => error)
    if (opened instanceof Error && !isTweedieError(opened, 'model')) return `opening it: ${String(opened)}`
    const resumed = await runLine('train --resume --steps 6 -q -o FOLDER/run')
    if (resumed.status !== 0) {
      if (![2, 3].includes(resumed.status) || !/hint:/.test(resumed.said))
        return `resuming: ${resumed.status} ${resumed.said}`
      const begun = await runLine(again)
      if (begun.status !== 0) return `beginning again: ${begun.status} ${begun.said}`
    }
    const left = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)\./.test(name))
    if (left.length > 0) return `left behind: ${left.join(', ')}`
    if (!(await sameWeights(place, join(whole, 'run'))))
      return 'its weights are not those of a run without an interruption'
    return undefined
  }

async function sameWeights(place: string, whole: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [place, whole].map((path) => readCheckpoint(join(path, 'checkpoint.safetensors'))),
  )
  const [a, b] = [one!.state, other!.state]
  return a.step === b.step && bytesOf(a.params).equals(bytesOf(b.params))
}

const bytesOf = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength)

/**
 * Files that are written at once: each is absent, or what was there before, or whole; the line can be run again, and sweeps what was left
 * an hour ago. Whole is what the line writes when it is run again in the same place.
 */
const files =
  (names: readonly string[], line: string) =>
  async (folder: string, _: string, runLine: RunLine): Promise<string | undefined> => {
    const found = names.map((name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined))
    const temporary = () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'))
    const old = Date.now() / 1000 - 7200
    for (const name of temporary()) utimesSync(join(folder, name), old, old)
    const again = await runLine(line)
    if (again.status !== 0) return `again: ${again.status} ${again.said}`
    if (temporary().length > 0) return `left behind: ${temporary().join(', ')}`
    const broken = names.filter((name, i) => {
      const content = found[i]
      return content && content.toString() !== 'before' && !content.equals(readFileSync(join(folder, name)))
    })
    return broken.length > 0 ? `not whole: ${broken.join(', ')}` : undefined
  }

const model = [`${points} --steps 2 -o FOLDER/model`]
const drawn = 'sample FOLDER/model -n 4 --steps 2 -q'
const train = `${points} --steps 6 --decay constant --checkpoint-every 3 --sample-every 4`

/** All of them. */
export const scenarios: readonly Scenario[] = [
  { name: 'train', before: [], line: `${train} -o FOLDER/run`, check: run(`${train} --force -o FOLDER/run`) },
  {
    name: 'resume',
    before: [`${train.replace('--steps 6', '--steps 2')} -o FOLDER/run`],
    line: 'train --resume --steps 6 -q -o FOLDER/run',
    check: run(`${train} --force -o FOLDER/run`),
  },
  {
    name: 'train --force',
    before: [`${train.replace('--items 64', '--items 48')} -o FOLDER/run`],
    line: `${train} --force -o FOLDER/run`,
    // either of two runs may be there: the line that was interrupted is run again
    check: async (folder, whole, runLine) => {
      const opened = await openFolder(join(folder, 'run')).catch((error: unknown) => error)
      if (opened instanceof Error && !isTweedieError(opened, 'model')) return `opening it: ${String(opened)}`
      const begun = await runLine(`${train} --force -o FOLDER/run`)
      if (begun.status !== 0) return `beginning again: ${begun.status} ${begun.said}`
      return run('')(folder, whole, runLine)
    },
  },
  {
    name: 'sample picture',
    before: model,
    line: `${drawn} -o FOLDER/grid.png`,
    check: files(['grid.png'], `${drawn} --force -o FOLDER/grid.png`),
  },
  {
    name: 'sample over',
    before: [...model, 'write FOLDER/out.npy'],
    line: `${drawn} --force -o FOLDER/out.npy`,
    check: files(['out.npy'], `${drawn} --force -o FOLDER/out.npy`),
  },
  {
    name: 'export',
    before: model,
    line: 'export FOLDER/model --force -q -o FOLDER/model.onnx',
    check: files(['model.onnx'], 'export FOLDER/model --force -q -o FOLDER/model.onnx'),
  },
  {
    name: 'latents',
    before: [
      'train glyphs --items 16 --model vae --network conv --latent 2 --widths 8,8 --depth 1 --batch 8 --steps 1 --threads 1 -q -o FOLDER/codes',
    ],
    line: 'train glyphs --items 16 --latents FOLDER/codes --widths 8,8 --depth 1 --batch 8 --steps 6 --decay constant --threads 1 -q -o FOLDER/run',
    check: run(
      'train glyphs --items 16 --latents FOLDER/codes --widths 8,8 --depth 1 --batch 8 --steps 6 --decay constant --threads 1 -q --force -o FOLDER/run',
    ),
  },
]

/** Lines of preparation that are none of the command line: `write FILE`. */
export function prepared(line: string, folder: string): boolean {
  if (!line.startsWith('write ')) return false
  writeFileSync(line.slice('write '.length).replace('FOLDER', folder), 'before')
  return true
}

/** Makes the lock of a process that is gone from that of this one: within one process, a power cut leaves it alive. */
export function bury(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/(^|\/)\.lock(\.[0-9a-f]{12})?$/.test(name)) continue
    const path = join(folder, name)
    try {
      writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), started: 'gone' }))
    } catch {
      rmSync(path)
    }
  }
}
