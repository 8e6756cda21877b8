/** The same work on each picture of a folder: an answer each, under the picture's name. */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { keep } from '../../compiled/kept.ts'
import { isTweedieError, TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { Opened } from '../../families/registry.ts'
import { imageExtensions } from '../../files/io/node/images.ts'
import type { OptionValues } from '../../options.ts'
import type { ShardOf } from '../../tools/shards/own-shard.ts'
import { isFolder } from './check-output.ts'
import { editTo, type Made, type MakeRequest, restoreTo } from './make.ts'

/** Where answers go, and which pictures are worked on. */
export interface EachRequest extends Omit<MakeRequest, 'out' | 'trajectory'> {
  /** A folder; it is made. */
  readonly out: string
  /** Only pictures whose answer is not there yet. */
  readonly missing?: boolean | undefined
  /** Every so manieth picture alone, where several processes share the work. */
  readonly shard?: ShardOf | undefined
}

/** What came of a folder. */
export interface EachMade {
  /** Answers, and what lies beside them. */
  readonly files: readonly string[]
  /** Pictures that have an answer now, and those that had one before. */
  readonly done: number
  readonly known: number
  /** Pictures that could not be read, or do not fit, and why. */
  readonly failed: readonly { readonly item: string; readonly error: TweedieError }[]
  /** Written into the files of the last one. */
  readonly provenance: Made['provenance']
}

/** {@link restoreEach} or {@link editEach}. */
export type EachWork = typeof restoreEach

/** Whether a folder has many items for a model: tables lie in files, and of models of videos a folder of frames is one. */
export function isFolderOfItems({ family, model }: Opened): boolean {
  return model.meta.data.kind !== 'video' && family.restored?.(model).pictures !== 'none'
}

/**
 * Restores each picture of a folder, also in folders below it; `options` are those of the command `restore`, with one answer where they
 * do not say how many. `mask` may be a folder too, with a mask of the same name for each. What is compiled is compiled once.
 *
 * Pictures that cannot be read, or do not fit, are listed in the result.
 *
 * @throws TweedieError `usage`, and `exists` for answers that are there already, before anything is computed; `data` for a folder without
 *   pictures, or where all failed; `interrupted`, with the answers so far written
 * @example
 * await restoreEach(await openFolder('runs/mine'), 'damaged', { task: 'denoise', sigma: 0.2 }, { place: 'runs/mine', out: 'clean' })
 */
export function restoreEach(
  opened: Opened,
  folder: string,
  options: OptionValues,
  request: EachRequest,
): Promise<EachMade> {
  return each('restore', restoreTo, opened, folder, options, request)
}

/** Changes each picture of a folder; the same as {@link restoreEach} for `edit`. */
export function editEach(
  opened: Opened,
  folder: string,
  options: OptionValues,
  request: EachRequest,
): Promise<EachMade> {
  return each('edit', editTo, opened, folder, options, request)
}

async function each(
  command: 'restore' | 'edit',
  work: typeof restoreTo,
  opened: Opened,
  folder: string,
  options: OptionValues,
  { out, missing = false, shard, force = false, ...request }: EachRequest,
): Promise<EachMade> {
  if (`${resolve(out)}${sep}`.startsWith(`${resolve(folder)}${sep}`)) {
    throw new TweedieError('usage', `${out} lies in ${folder}: next time, answers would be pictures to ${command}`, {
      hint: 'name a folder beside it',
    })
  }
  if (!(await isFolder(out))) {
    throw new TweedieError('usage', `${out} is a file's name: each picture of ${folder} has an answer of its own`, {
      hint: 'name a folder',
    })
  }
  const formats = opened.family.formats?.(opened.model) ?? []
  // what has formats of its own is written as the first of them: clouds as .ply
  const extension = formats[0] ?? '.png'
  const all = await itemsIn(folder, formats.length > 0 ? formats : imageExtensions)
  const answers = answersOf(all, out, extension)
  const mine = [...answers].filter((_, i) => shard === undefined || i % shard.count === shard.index)
  const there = await Promise.all(
    mine.map(async ([, answer]) => (await stat(answer).catch(() => undefined)) !== undefined),
  )
  const first = mine.find((_, i) => there[i])
  if (first && !force && !missing) {
    throw new TweedieError('exists', `${first[1]} exists`, {
      hint: '`force` writes over answers, `missing` makes those alone that are not there; or name another folder',
    })
  }
  const asked = missing && !force ? mine.filter((_, i) => !there[i]) : mine
  const files: string[] = []
  const failed: { readonly item: string; readonly error: TweedieError }[] = []
  let provenance: Made['provenance'] = {}
  const report = (done: number): void =>
    request.onProgress?.({ phase: command, done, total: asked.length, unit: 'pictures' })
  const kept = keep('the model')
  try {
    for (const [i, [item, answer]] of asked.entries()) {
      report(i)
      const picture = join(folder, item)
      try {
        throwIfAborted(request.signal)
        const own = await optionsFor(item, options)
        await mkdir(dirname(answer), { recursive: true })
        const made = await work(opened, picture, own, {
          ...request,
          out: answer,
          force: true,
          kept,
          onProgress: ({ phase, done, total }) => phase === command && report(i + done / total),
        })
        files.push(...made.files)
        provenance = made.provenance
      } catch (error) {
        if (isTweedieError(error, 'interrupted')) throw stoppedAfter(i - failed.length, asked.length, error)
        if (!isTweedieError(error, 'data')) throw error
        failed.push({ item: picture, error })
      }
    }
    report(asked.length)
  } finally {
    kept.dispose()
  }
  if (asked.length > 0 && failed.length === asked.length) throw failed[0]!.error
  return { files, done: asked.length - failed.length, known: mine.length - asked.length, failed, provenance }
}

/** Says what is written, and how to go on. */
function stoppedAfter(done: number, of: number, error: TweedieError): TweedieError {
  return new TweedieError('interrupted', `${error.message}: ${done} of ${of} pictures are done`, {
    cause: error.cause,
    hint: '`missing` goes on with the rest',
  })
}

/** Files with such extensions, below a folder and in those below it, in the order of their names. */
async function itemsIn(folder: string, extensions: readonly string[]): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const items = found
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => extensions.includes(extname(name).toLowerCase()))
  if (items.length > 0) return items.sort()
  throw new TweedieError('data', `${folder}: no pictures`, { hint: `files that end in ${extensions.join(', ')}` })
}

/** Where the answer to each goes. */
function answersOf(items: readonly string[], out: string, extension: string): ReadonlyMap<string, string> {
  const taken = new Map<string, string>()
  const answers = new Map<string, string>()
  for (const item of items) {
    const answer = join(out, item.slice(0, -extname(item).length) + extension)
    const other = taken.get(answer)
    if (other !== undefined) {
      throw new TweedieError('data', `${other} and ${item} would have the same answer, ${answer}`, {
        hint: 'give one of them another name',
      })
    }
    taken.set(answer, item)
    answers.set(item, answer)
  }
  return answers
}

/** The options for one picture: one answer, and its own mask where masks lie in a folder. */
async function optionsFor(item: string, options: OptionValues): Promise<OptionValues> {
  const { count, mask, to } = options
  const one = { ...options, ...(count === undefined && to === undefined && { count: 1 }) }
  if (typeof mask !== 'string' || !(await stat(mask).catch(() => undefined))?.isDirectory()) return one
  const name = item.slice(0, -extname(item).length)
  for (const extension of imageExtensions) {
    const path = join(mask, name + extension)
    if (await stat(path).catch(() => undefined)) return { ...one, mask: path }
  }
  throw new TweedieError('data', `${item}: there is no mask of this name in ${mask}`)
}
