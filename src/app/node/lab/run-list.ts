/** The runs and models below a folder. */
import { existsSync } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { LogLine } from '../../../tools/train/loss-window.ts'
import { readLog } from '../../../tools/train/node/log-file.ts'
import { runPaths } from '../../../tools/train/node/run-folder.ts'
import { inUse } from '../../../tools/train/node/run-lock.ts'

/** A folder in the list. */
export interface ListedRun {
  /** Its path below the folder that is served, with `/`; empty for that folder itself. */
  readonly name: string
  /** `run`: trained here, with a log; `model`: a folder of another kind. */
  readonly kind: 'run' | 'model'
  /** Where its data came from, if that is recorded. */
  readonly data?: string | undefined
  /** Whether a process trains in it now. */
  readonly busy: boolean
  readonly last?: Pick<LogLine, 'step' | 'loss' | 'seconds'> | undefined
  /** When it changed, in milliseconds since 1970. */
  readonly changed: number
}

/** Folders are looked for so deep, and so many at most. */
const [deepest, most] = [4, 500]

/** Runs and models in `folder`, itself included, the newest first. */
export async function listRuns(folder: string): Promise<readonly ListedRun[]> {
  const found: ListedRun[] = []
  const visit = async (path: string, depth: number): Promise<void> => {
    if (found.length >= most) return
    const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
    const names = new Set(entries.map(({ name }) => name))
    if (names.has('train.json') || names.has('model_index.json') || names.has('tweedie.json')) {
      found.push(await describe(folder, path, names.has('train.json')))
      return
    }
    if (depth === deepest) return
    for (const entry of entries) {
      // Hidden folders and packages hold no runs; links may lead anywhere.
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue
      await visit(join(path, entry.name), depth + 1)
    }
  }
  await visit(folder, 0)
  return found.toSorted((a, b) => b.changed - a.changed)
}

async function describe(root: string, path: string, run: boolean): Promise<ListedRun> {
  const { log, record } = runPaths(path)
  const last = run ? readLog(log).at(-1) : undefined
  const marker = run ? (existsSync(log) ? log : record) : path
  return {
    name: relative(root, path).split(sep).join('/'),
    kind: run ? 'run' : 'model',
    data: run ? await dataOf(record) : undefined,
    busy: inUse(path),
    last: last && { step: last.step, loss: last.loss, seconds: last.seconds },
    changed: (await stat(marker).catch(() => undefined))?.mtimeMs ?? 0,
  }
}

async function dataOf(record: string): Promise<string | undefined> {
  try {
    const { data } = JSON.parse(await readFile(record, 'utf8')) as { data?: { path?: unknown } }
    return typeof data?.path === 'string' ? data.path : undefined
  } catch {
    return undefined
  }
}

/** The folder of a run by its name; undefined if there is none, or if it lies elsewhere. */
export async function runFolder(root: string, name: string): Promise<string | undefined> {
  const inside = await within(root, name)
  if (inside === undefined) return undefined
  const marked = ['train.json', 'model_index.json', 'tweedie.json'].some((file) => existsSync(join(inside, file)))
  return marked ? inside : undefined
}

/** A path below a folder, links resolved; undefined if it is not there, or leads out of the folder. */
export async function within(root: string, path: string): Promise<string | undefined> {
  const [base, found] = await Promise.all([
    realpath(root).catch(() => undefined),
    realpath(join(root, path)).catch(() => undefined),
  ])
  if (base === undefined || found === undefined) return undefined
  return found === base || found.startsWith(base.endsWith(sep) ? base : `${base}${sep}`) ? found : undefined
}
