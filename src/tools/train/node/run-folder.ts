/**
 * The folder of a run. A run folder is a model folder (see `../../io/model-folder.ts`) and has, besides:
 *
 * - `train.json` — the specification and where the data came from, written before the first step
 * - `checkpoint.safetensors` — everything that is needed to continue exactly
 * - `log.jsonl` — the losses
 * - `samples/` — pictures drawn while training
 * - `averages/` — averages of the weights of several moments, where they are kept
 */
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { TweedieError } from '../../../errors.ts'
import { onDisk, systemError } from '../../../system-error.ts'
import { dataSourceSchema } from '../../../files/data/source-schema.ts'
import type { DataSource } from '../../../files/data/source.ts'
import { createRunFolder, readBytes, readJson, writeFileAtomic, writeJsonAtomic } from '../../../files/io/node/files.ts'
import { parseConfig } from '../../../files/io/parse-config.ts'
import { encodeCheckpoint } from '../checkpoint.ts'
import { decodeCheckpoint } from '../decode-checkpoint.ts'
import type { Checkpoint } from '../checkpoint.ts'
import type { DecodeOptions } from '../decode-checkpoint.ts'
import { runFiles, type RunRecord } from '../run-record.ts'
import { parseRunRecord } from '../parse-run-record.ts'
import { sessionOf } from '../parse-session-record.ts'
import type { BaseSpec } from '../spec.ts'
import { requireUnused } from './run-lock.ts'

export type { DataSource, TokenSource } from '../../../files/data/source.ts'
export type { Intervals, RunRecord } from '../run-record.ts'

/** The paths in a run folder. */
export const runPaths = (folder: string) =>
  Object.freeze({
    record: join(folder, runFiles.record),
    checkpoint: join(folder, runFiles.checkpoint),
    log: join(folder, runFiles.log),
    samples: join(folder, runFiles.samples),
    averages: join(folder, runFiles.averages),
  })

/**
 * Makes the folder of a new run.
 *
 * @param options `force`: start over in a folder that has a run
 * @throws TweedieError `exists` if it is not empty
 */
export async function beginRun(folder: string, record: RunRecord, options: { force?: boolean } = {}): Promise<void> {
  requireUnused(folder)
  await createRunFolder(folder, options)
  const { checkpoint, log, averages, record: recordPath } = runPaths(folder)
  for (const path of [checkpoint, log, averages]) {
    await onDisk({ path }, () => rm(path, { force: true, recursive: true }))
  }
  await writeJsonAtomic(recordPath, record)
}

/** A run in its folder. */
export interface StoredRun extends RunRecord {
  /** Undefined if the run was stopped before the first one. */
  readonly checkpoint: Checkpoint | undefined
}

/**
 * Everything needed to continue a run.
 *
 * @param options `parseSpec`: checks the specification, such as a family's own schema
 * @throws TweedieError `model` where there is no run, or a broken one
 */
export async function readRun(folder: string, options: DecodeOptions<BaseSpec> = {}): Promise<StoredRun> {
  const record = await readRecord(folder, options)
  if (record === undefined) {
    throw new TweedieError('model', `${folder}: there is no run to resume`, {
      hint: 'start a new run, or name the folder that the run was started in',
    })
  }
  const checkpoint = await readCheckpoint(runPaths(folder).checkpoint, options)
  const session = sessionOf(checkpoint?.run.session) ?? record.session
  return { ...record, session, checkpoint }
}

/** The record of a run; undefined if there is none. @throws TweedieError `model` for a broken record */
async function readRecord(folder: string, options: DecodeOptions<BaseSpec> = {}): Promise<RunRecord | undefined> {
  const path = runPaths(folder).record
  return existsSync(path) ? parseRunRecord(await readJson(path, 'model'), path, options) : undefined
}

/** Where the data of a folder's run came from; undefined where there is no record of it. @throws TweedieError `model` */
export async function readSource(folder: string): Promise<DataSource | undefined> {
  const path = runPaths(folder).record
  if (!existsSync(path)) return undefined
  const { data } = parseConfig(
    z.looseObject({ data: z.optional(dataSourceSchema) }),
    await readJson(path, 'model'),
    path,
  )
  return data
}

/** A checkpoint file; undefined where there is none. */
export async function readCheckpoint<Spec extends BaseSpec = BaseSpec>(
  path: string,
  options?: DecodeOptions<Spec>,
): Promise<Checkpoint<Spec> | undefined> {
  const bytes = await readBytes(path, 'model')
  return bytes && decodeCheckpoint(bytes, path, options)
}

/** Writes a checkpoint: after a crash either the old or the new one exists, complete. */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await writeFileAtomic(runPaths(folder).checkpoint, encodeCheckpoint(checkpoint))
}

/**
 * Refuses a folder that is not empty, before the data are read.
 *
 * @throws TweedieError `exists`
 */
export async function requireFree(folder: string, { force = false } = {}): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOTDIR') throw new TweedieError('exists', `${folder} is a file, not a folder`)
    if (error.code === 'ENOENT') return []
    throw systemError(error, { path: folder, doing: 'read' })
  })
  if (names.length === 0 || force) return
  const isRun = names.includes('train.json')
  throw new TweedieError('exists', `${folder} exists and ${isRun ? 'has a run in it' : 'is not empty'}`, {
    hint: isRun ? '`resume` continues it, `force` starts over; or name another folder' : '`force` uses it nevertheless',
  })
}
