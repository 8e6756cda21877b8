/** What must hold of a folder after a line of the command line was interrupted, whatever happened. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { isTweedieError } from '../../src/errors.ts'
import { openFolder } from '../../src/app/node/open-folder.ts'
import { readCheckpoint } from '../../src/tools/train/node/run-folder.ts'

/** Runs a line of the command line to its end. */
export type RunLine = (line: string) => Promise<{ readonly status: number; readonly said: string }>

/** What is wrong with a folder; undefined: nothing. `whole` is a folder in which the line ran to its end. */
export type Check = (folder: string, whole: string, run: RunLine) => Promise<string | undefined>

/** A run: it opens as one of its saves or is refused; it can be resumed or begun again, and ends as if nothing had happened. */
export const run =
  (again: string, more = ''): Check =>
  async (folder, whole, runLine) => {
    const place = join(folder, 'run')
    const opened = await openFolder(place).catch((error: unknown) => error)
    if (opened instanceof Error && !isTweedieError(opened, 'model')) return `opening it: ${String(opened)}`
    const resumed = await runLine(`train --resume --steps 6 -q${more} -o FOLDER/run`)
    if (resumed.status !== 0) {
      if (![2, 3].includes(resumed.status) || !/hint:/.test(resumed.said))
        return `resuming: ${resumed.status} ${resumed.said}`
      const begun = await runLine(again)
      if (begun.status !== 0) return `beginning again: ${begun.status} ${begun.said}`
    }
    const left = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)\./.test(name))
    if (left.length > 0) return `left behind: ${left.join(', ')}`
    if (await sameWeights(place, join(whole, 'run'))) return undefined
    return 'its weights are not those of a run without an interruption'
  }

/** Whether two runs ended alike. */
export async function sameWeights(place: string, whole: string): Promise<boolean> {
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
export const files =
  (names: readonly string[], line: string): Check =>
  async (folder, _, runLine) => {
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

/** A folder of a model that a line writes: it opens or is refused, and the line can be run again. */
export const folderOf =
  (name: string, line: string): Check =>
  async (folder, whole, runLine) => {
    const opened = await openFolder(join(folder, name)).catch((error: unknown) => error)
    if (opened instanceof Error && !isTweedieError(opened, 'model')) return `opening it: ${String(opened)}`
    const again = await runLine(line)
    if (again.status !== 0) return `again: ${again.status} ${again.said}`
    const left = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
    if (left.some((each) => /(^|\/)\./.test(each))) return `left behind: ${left.join(', ')}`
    const weights = left.filter((each) => each.endsWith('.safetensors'))
    const other = weights.filter(
      (each) => !readFileSync(join(folder, name, each)).equals(readFileSync(join(whole, name, each))),
    )
    return weights.length > 0 && other.length === 0
      ? undefined
      : `not those of a line without an interruption: ${other.join(', ')}`
  }

/** Lines of preparation that are none of the command line: `write FILE`, tables that are `stations FILE` and `rows FILE`, and `pictures FOLDER` of eight with captions. */
export async function prepared(line: string, folder: string): Promise<boolean> {
  const [what, place = ''] = line.split(' ')
  const path = place.replace('FOLDER', folder)
  if (what === 'write') writeFileSync(path, 'before')
  else if (what === 'stations') writeFileSync(path, 'time,variable,x,y,value\n0,field0,0,0,0.5\n4,field0,0,0,-0.2\n')
  else if (what === 'rows') {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 7, (13 * i) % 5, 2 * (i % 7) + (i % 3)].join(','))
    writeFileSync(path, ['a,b,y', ...rows, ''].join('\n'))
  } else if (what === 'pictures') {
    mkdirSync(path)
    for (let i = 0; i < 8; i++) {
      const background = { r: 30 * i, g: 200, b: 255 - 30 * i }
      await sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toFile(join(path, `${i}.png`))
      writeFileSync(join(path, `${i}.txt`), `a <thing> square, number ${i}\n`)
    }
  } else return false
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
