/**
 * The folder of a run. A run folder is a model folder (see `../../io/model-folder.ts`) and has, besides:
 *
 * - `train.json` — the specification and where the data came from, written before the first step
 * - `checkpoint.safetensors` — everything that is needed to continue exactly
 * - `log.jsonl` — the losses
 * - `samples/` — pictures drawn while training
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import { createRunFolder, readBytes, readJson, writeFileAtomic, writeJsonAtomic } from '../../../files/io/node/files.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { BaseSpec } from '../spec.ts'

/** Where the data came from: what it takes to open them again, and to know them again. */
export interface DataSource {
  /** A path or the name of a built-in set. */
  readonly path: string
  readonly size?: number | undefined
  /** Pixels along the side of the patches that images are cut into. */
  readonly crop?: number | undefined
  readonly channels?: 1 | 3 | undefined
  readonly length?: number | undefined
  readonly unlabelled?: boolean | undefined
  /** The share at the end of the data that was kept out of training; nothing by default. */
  readonly holdOut?: number | undefined
  /** For tokens: how the data become tokens. */
  readonly tokens?: TokenSource | undefined
}

/**
 * How data become tokens: the text's tokenizer and the length of its windows, the number of levels of an image, or the columns
 * of a table, those of many numbers in so many bins.
 */
export type TokenSource =
  | { readonly tokenizer: string; readonly length: number }
  | { readonly levels: number }
  | { readonly columns: true; readonly bins?: number | undefined }

/** The content of `train.json`. */
export interface RunRecord {
  readonly version: string
  readonly spec: BaseSpec
  readonly data: DataSource
  /** A digest of the data: training continues on the same data only. */
  readonly digest: string
  readonly rhythm: Rhythm
}

/** How often something is kept, in steps; what is left out has `train`'s default. */
export interface Rhythm {
  readonly logEvery?: number | undefined
  readonly checkpointEvery?: number | undefined
  readonly sampleEvery?: number | undefined
}

/** The paths in a run folder. */
export const runPaths = (folder: string) =>
  Object.freeze({
    record: join(folder, 'train.json'),
    checkpoint: join(folder, 'checkpoint.safetensors'),
    log: join(folder, 'log.jsonl'),
    samples: join(folder, 'samples'),
  })

/**
 * Makes the folder of a new run.
 *
 * @param options `force`: start over in a folder that has a run
 * @throws TweedieError `exists` where there is something already
 */
export async function beginRun(folder: string, record: RunRecord, options: { force?: boolean } = {}): Promise<void> {
  await createRunFolder(folder, options)
  const { checkpoint, log, record: recordPath } = runPaths(folder)
  await rm(checkpoint, { force: true })
  await rm(log, { force: true })
  await writeJsonAtomic(recordPath, record)
}

/**
 * What is needed to continue a run; without a checkpoint if it was stopped before the first one.
 *
 * @throws TweedieError `model` where there is no run
 */
export async function readRun(folder: string): Promise<RunRecord & { readonly checkpoint: Checkpoint | undefined }> {
  const paths = runPaths(folder)
  const record = (await readJson(paths.record, 'model').catch((cause: unknown) => {
    throw new TweedieError('model', `${folder}: there is no run to resume`, {
      hint: 'leave --resume out to start one, or name the folder that was given to --out',
      cause,
    })
  })) as RunRecord
  return { ...record, checkpoint: await readCheckpoint(paths.checkpoint) }
}

/** A checkpoint file; undefined where there is none. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const bytes = await readBytes(path, 'model')
  return bytes && decodeCheckpoint(bytes, path)
}

/** Writes a checkpoint: the old one or the new one is there, whatever happens. */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomic(runPaths(folder).checkpoint, encodeCheckpoint(checkpoint))
}

/**
 * Refuses a folder that has something in it; asked before the data are read.
 *
 * @throws TweedieError `exists`
 */
export async function requireFree(folder: string, { force = false } = {}): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOTDIR') throw new TweedieError('exists', `${folder} is a file, not a folder`)
    return []
  })
  if (names.length === 0 || force) return
  const isRun = names.includes('train.json')
  throw new TweedieError('exists', `${folder} exists and ${isRun ? 'has a run in it' : 'is not empty'}`, {
    hint: isRun ? '--resume continues it, --force starts over, or name another folder' : '--force uses it nevertheless',
  })
}
