/**
 * Runs that survive a closed tab: each is a folder `tweedie/runs/NAME` in the browser's own file system, with the files that a run folder
 * has on a disk (those of the model in a .zip), and `data.safetensors`, a copy of the data.
 */
import { TweedieError } from '../../../errors.ts'
import { filesBelow, opfsFolder, readFile, writeFile } from '../../../files/io/web/opfs.ts'
import { orNothing } from '../../../files/io/web/or-nothing.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { DecodeOptions } from '../decode-checkpoint.ts'
import type { LogLine } from '../loss-window.ts'
import { runFiles, type RunRecord } from '../run-record.ts'
import type { BaseSpec } from '../spec.ts'
import type { RunKeeper } from './run-keeper.ts'
import { busyRuns, lockRun } from './run-lock.ts'

const place = 'tweedie/runs'
const dataFile = 'data.safetensors'
/** The model's folder in one file: writing one takes a browser as long as writing many bytes. */
const modelFile = 'model.zip'
const runName = /^[\w][\w .-]{0,99}$/

/** A run that is kept. */
export interface StoredWebRun {
  readonly record: RunRecord
  /** Undefined if the tab was closed before the first. */
  readonly checkpoint: Checkpoint | undefined
  /** The copy of its data; undefined for built-in data. */
  readonly data: Uint8Array<ArrayBuffer> | undefined
  readonly log: readonly LogLine[]
}

/**
 * Begins a run.
 *
 * @param data a copy of the data, unless they can be made again
 * @throws TweedieError `exists` where there is one of this name, or another tab trains it; `device` where nothing is kept
 */
export async function beginWebRun(
  name: string,
  record: RunRecord,
  data: Uint8Array<ArrayBuffer> | undefined,
  { force = false }: { readonly force?: boolean | undefined } = {},
): Promise<RunKeeper> {
  requireName(name)
  const runs = await opfsFolder(place, { create: true })
  const release = await lockRun(name)
  try {
    const before = await runs.getDirectoryHandle(name).catch(orNothing)
    // The record is written last: a folder without one is what a closed tab or a full disk left of a beginning.
    if (before && !force && (await readFile(before, runFiles.record)) !== undefined) {
      throw new TweedieError('exists', `${name}: this browser keeps a run of this name`, {
        hint: 'resume it, start over (`force: true`), or give another name',
      })
    }
    if (before) await runs.removeEntry(name, { recursive: true })
    const folder = await runs.getDirectoryHandle(name, { create: true })
    if (data) await writeFile(folder, dataFile, data)
    await writeFile(folder, runFiles.record, JSON.stringify(record, undefined, 2))
    // A disk that runs full may delete what a page keeps, unless it has asked.
    await navigator.storage.persist?.().catch(() => false)
    return keeperOf(folder, [], release)
  } catch (error) {
    release()
    throw error
  }
}

/** Goes on with a run. @throws TweedieError `exists` where another tab trains it, `model` where there is none */
export async function continueWebRun(name: string, { log }: StoredWebRun, step: number): Promise<RunKeeper> {
  const release = await lockRun(name)
  try {
    const folder = await opfsFolder(`${place}/${name}`)
    return keeperOf(
      folder,
      log.filter((line) => line.step <= step),
      release,
    )
  } catch (error) {
    release()
    throw error
  }
}

function keeperOf(folder: FileSystemDirectoryHandle, before: readonly LogLine[], release: () => void): RunKeeper {
  const lines = [...before]
  return {
    kept: true,
    log: (line) => void lines.push(line),
    async save(checkpoint, model) {
      const { zipFolder } = await import('../../../files/data/formats/zip.ts')
      // Each file is replaced as a whole. The checkpoint decides what the run is; the model is of the same save, or of a neighbour.
      await Promise.all([
        writeFile(folder, runFiles.checkpoint, checkpoint),
        writeFile(folder, runFiles.log, lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
        writeFile(folder, modelFile, zipFolder(model, 'model')),
      ])
    },
    close: async () => release(),
  }
}

/**
 * A kept run.
 *
 * @param options `parseSpec`: checks the specification, such as a family's own schema
 * @throws TweedieError `model` where there is none, or a broken one
 */
export async function readWebRun(name: string, options: DecodeOptions<BaseSpec> = {}): Promise<StoredWebRun> {
  requireName(name)
  const folder = await opfsFolder(`${place}/${name}`).catch(() => undefined)
  const bytes = folder && (await readFile(folder, runFiles.record))
  if (bytes === undefined) {
    const names = (await webRunNames()).join(', ')
    throw new TweedieError('model', `${name}: this browser keeps no such run`, {
      hint: names === '' ? 'it keeps none: begin one with a `name`' : `there are ${names}`,
    })
  }
  const [{ parseRunRecord }, { decodeCheckpoint }] = await Promise.all([
    import('../parse-run-record.ts'),
    import('../decode-checkpoint.ts'),
  ])
  const record = parseRunRecord(parse(bytes, name), name, options)
  const saved = await readFile(folder!, runFiles.checkpoint)
  const log = await readFile(folder!, runFiles.log)
  return {
    record,
    checkpoint: saved && decodeCheckpoint(saved, `${name}/${runFiles.checkpoint}`, options),
    data: await readFile(folder!, dataFile),
    log: log ? linesOf(log) : [],
  }
}

/** The names of kept runs. */
export async function webRunNames(): Promise<readonly string[]> {
  const names: string[] = []
  for await (const [name, { kind }] of await opfsFolder(place, { create: true }))
    if (kind === 'directory') names.push(name)
  return names.sort()
}

/** All files of a run, by their paths: a run folder, with its model's files beside the others. @throws TweedieError `model` where there is none */
export async function webRunFiles(name: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  requireName(name)
  const files = await filesBelow(await opfsFolder(`${place}/${name}`))
  const read = Array.from(files, async ([path, handle]) => {
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer())
    return [path, bytes] as const
  })
  const found = new Map(await Promise.all(read))
  const model = found.get(modelFile)
  const { unzipFolder } = await import('../../../files/data/formats/zip.ts')
  found.delete(modelFile)
  const inside = model ? unzipFolder(model, `${name}/${modelFile}`) : new Map<string, Uint8Array>()
  return new Map([...found, ...Array.from(inside, ([path, bytes]) => [path, bytes.slice()] as const)])
}

/** When a run was last saved, and its size. */
export async function webRunSize(name: string): Promise<{ readonly saved: number; readonly bytes: number }> {
  const files = await Promise.all(
    [...(await filesBelow(await opfsFolder(`${place}/${name}`))).values()].map((each) => each.getFile()),
  )
  return {
    saved: Math.max(0, ...files.map(({ lastModified }) => lastModified)),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  }
}

/** Deletes a run. @throws TweedieError `exists` where a tab trains it */
export async function forgetWebRun(name: string): Promise<void> {
  requireName(name)
  if ((await busyRuns()).has(name)) {
    throw new TweedieError('exists', `${name}: a tab trains this run`, { hint: 'stop it first' })
  }
  const runs = await opfsFolder(place, { create: true })
  await runs.removeEntry(name, { recursive: true }).catch(orNothing)
}

function requireName(name: string): void {
  if (typeof name === 'string' && runName.test(name)) return
  throw new TweedieError('usage', `${JSON.stringify(name)} is no name of a run`, {
    hint: 'letters, digits, spaces, points and hyphens, 100 at most, a letter or digit first',
  })
}

function parse(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new TweedieError('model', `${name}/${runFiles.record}: not JSON`, {
      hint: 'the run is broken: delete it, and begin it anew',
      cause,
    })
  }
}

/** A log's lines; one that the closing of a tab cut off is left out. */
function linesOf(bytes: Uint8Array): LogLine[] {
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as LogLine]
    } catch {
      return []
    }
  })
}
