/** Which files a set of shards is: `data-{000000..000099}.tar`, a folder of them, or one. */
import { TweedieError } from '../../../errors.ts'
import { type FileTree, lastPart, within } from '../file-tree.ts'

/** The most files that a pattern may name. */
const most = 100_000

const range = /\{(\d+)\.\.(\d+)\}/

/** Whether a path is a pattern with a range of numbers. */
export const isPattern = (path: string): boolean => range.test(path)

/**
 * `data-{000..002}.tar` → `data-000.tar`, `data-001.tar`, `data-002.tar`; a path without a range is itself.
 *
 * @throws TweedieError `usage` for a range that has no numbers, or too many
 */
export function expanded(path: string): readonly string[] {
  const [whole, from, to] = range.exec(path) ?? []
  if (whole === undefined) return [path]
  const [first, last] = [Number(from), Number(to)]
  const count = last - first + 1
  if (!(count >= 1 && count <= most)) {
    throw new TweedieError('usage', `${path}: a range of ${count} files: must be 1 … ${most}`)
  }
  return Array.from({ length: count }, (_, i) =>
    path.replace(whole, String(first + i).padStart(from!.length, '0')),
  ).flatMap(expanded)
}

/** Files of many pictures, of one kind. */
export interface Shards {
  readonly kind: 'tar' | 'parquet'
  readonly paths: readonly string[]
}

/**
 * The shards at a path; undefined where there are none. Of files called `train-…`, `test-…`, one split is taken.
 *
 * @throws TweedieError `data` where a file of a pattern is missing
 */
export async function shardsAt(tree: FileTree, path: string, split: string | undefined): Promise<Shards | undefined> {
  const kind = kindOf(path)
  if (isPattern(path) && kind) {
    const paths = expanded(path)
    for (const each of paths) {
      if ((await tree.kind(each)) !== 'file') {
        throw new TweedieError('data', `${each}: no such file, one of the ${paths.length} of ${path}`)
      }
    }
    return { kind, paths }
  }
  const found = await tree.kind(path)
  if (found === 'file') return kind && { kind, paths: [path] }
  if (found === undefined) return undefined
  const { entries } = await tree.list(path)
  const files = entries.filter((entry) => entry.kind === 'file' && !entry.name.startsWith('.')).map(({ name }) => name)
  if (files.some((name) => pictures.test(name))) return undefined
  for (const each of ['tar', 'parquet'] as const) {
    const own = files.filter((name) => kindOf(name) === each).toSorted()
    if (own.length > 0)
      return { kind: each, paths: ofSplit(own, split ?? 'train', path).map((name) => within(path, name)) }
  }
  // as the hub has them: in a folder `data`
  return entries.some((entry) => entry.kind === 'folder' && entry.name === 'data') &&
    files.every((name) => beside.test(name))
    ? onlyShards(await shardsAt(tree, within(path, 'data'), split))
    : undefined
}

const onlyShards = (found: Shards | undefined): Shards | undefined => (found?.kind === 'parquet' ? found : undefined)

const pictures = /\.(?:png|jpe?g|jfif|webp|gif|tiff?|avif)$/i
/** What lies beside a set on the hub. */
const beside = /\.(?:md|json|ya?ml|txt)$|^\./i

function kindOf(path: string): Shards['kind'] | undefined {
  return /\.tar$/i.test(path) ? 'tar' : /\.parquet$/i.test(path) ? 'parquet' : undefined
}

function ofSplit(names: readonly string[], split: string, path: string): readonly string[] {
  const splitOf = (name: string): string | undefined => {
    const [, word] = /^(train|val|valid|validation|test)\b/i.exec(lastPart(name)) ?? []
    return word && (/^val/i.test(word) ? 'validation' : word.toLowerCase())
  }
  if (names.some((name) => splitOf(name) === undefined)) return names
  const own = names.filter((name) => splitOf(name) === split)
  if (own.length > 0) return own
  throw new TweedieError('data', `${path}: there is no ${split} split among ${names.slice(0, 8).join(', ')}`, {
    hint: `\`split: ${splitOf(names[0]!)}\` reads those`,
  })
}
