/**
 * Parquet with pictures, as the Hugging Face hub has it: a column of `{bytes, path}`, classes as numbers with names in the metadata, captions
 * as texts.
 *
 * https://huggingface.co/docs/hub/datasets-image
 */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import type { BesidePictures } from '../beside-pictures.ts'
import { type FileTree, lastPart } from '../file-tree.ts'
import { openParquet, type ParquetColumn, type ParquetFile } from '../formats/parquet.ts'
import { type OpenShards, withShardFiles } from './shard-files.ts'
import { virtualTree } from './virtual-tree.ts'

interface Shard extends ParquetFile {
  readonly path: string
  readonly image: ParquetColumn
}

/** Groups of rows whose pictures are kept in memory at a time. */
const groupsKept = 2

/**
 * Opens Parquet files with pictures.
 *
 * @throws TweedieError `data` for a broken file, or one without pictures; `usage` where hyparquet is not installed; `interrupted`
 */
export function openParquets(
  tree: FileTree,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<OpenShards> {
  return withShardFiles(tree, async (open) => {
    const shards: Shard[] = []
    for (const path of paths) {
      throwIfAborted(signal)
      const opened = await openParquet(await open(path), path)
      shards.push({ ...opened, path, image: imageColumn(opened, path) })
    }
    const names = shards.map((shard, s) => {
      const stem = lastPart(shard.path).replace(/\.parquet$/i, '')
      return Array.from(
        { length: shard.rows },
        (_, row) => [`${stem}:${String(row).padStart(8, '0')}.png`, s, row] as const,
      )
    })
    const places = new Map(names.flat().map(([name, shard, row]) => [name, { shard, row }]))
    return virtualTree(tree, places.keys(), picturesOf(shards, places), besideOf(shards, places))
  })
}

type Places = ReadonlyMap<string, { readonly shard: number; readonly row: number }>

/** The column of pictures. */
function imageColumn({ columns, features }: ParquetFile, path: string): ParquetColumn {
  const said = columns.find(
    ({ name }) => (features[name] as { readonly _type?: string } | undefined)?._type === 'Image',
  )
  const found =
    said ??
    columns.find(({ fields }) => fields.includes('bytes') && fields.includes('path')) ??
    columns.find(({ name, type }) => type === 'BYTE_ARRAY' && /^(?:image|img|picture|png|jpg|jpeg|webp)$/i.test(name))
  if (found) return found
  const all = columns.map(({ name }) => name).join(', ')
  throw new TweedieError('data', `${path}: no column of pictures; it has ${all || 'no columns'}`, {
    hint: 'a struct of bytes and path, as the Hugging Face hub has it, or bytes in a column `image`; tables of numbers are read as .csv',
  })
}

/** Reads pictures by groups of rows, of which the last few are kept. */
function picturesOf(shards: readonly Shard[], places: Places): (path: string) => Promise<Uint8Array> {
  const kept: { readonly key: string; readonly rows: Promise<readonly Record<string, unknown>[]> }[] = []
  return async (path) => {
    const { shard: s, row } = places.get(path)!
    const shard = shards[s]!
    const group = shard.groups.findLastIndex((first) => first <= row)
    const [from, to] = [shard.groups[group]!, shard.groups[group + 1]!]
    const key = `${s} ${group}`
    let found = kept.find((each) => each.key === key)
    if (!found) {
      found = { key, rows: shard.read([shard.image.name], from, to) }
      kept.push(found)
      if (kept.length > groupsKept) kept.shift()
    }
    const value = (await found.rows)[row - from]?.[shard.image.name]
    const bytes =
      value instanceof Uint8Array ? value : (value as { readonly bytes?: unknown } | null | undefined)?.bytes
    if (bytes instanceof Uint8Array) return bytes
    throw new TweedieError('data', `row ${row}: no bytes of a picture`)
  }
}

/** Names of columns that are taken for classes and captions, if the user names none. */
const [classColumns, captionColumns] = [
  ['label', 'labels', 'class', 'target', 'fine_label'],
  ['text', 'caption', 'captions'],
]

function besideOf(shards: readonly Shard[], places: Places): BesidePictures {
  const [first] = shards
  const all = first?.columns ?? []
  const features = first?.features ?? {}
  /** Values of columns, shard after shard. */
  const valuesOf = async (columns: readonly string[]): Promise<readonly (readonly Record<string, unknown>[])[]> => {
    const values: (readonly Record<string, unknown>[])[] = []
    for (const shard of shards) values.push(await shard.read(columns, 0, shard.rows))
    return values
  }
  return {
    remarks: [],
    async classes(images, wanted) {
      const byNumber = typeof wanted === 'number' ? all[wanted]?.name : wanted
      const named = all.find(({ name }) => typeOf(features[name]) === 'ClassLabel')?.name
      const usual = all.find(({ name }) => classColumns!.includes(name.toLowerCase()))?.name
      const column = wanted === undefined ? (named ?? usual) : all.find(({ name }) => name === byNumber)?.name
      if (column === undefined) return undefined
      const values = await valuesOf([column])
      const { names } = (features[column] ?? {}) as { readonly names?: readonly string[] }
      return {
        values: images.map((image) => {
          const { shard, row } = places.get(image)!
          return classOf(values[shard]![row]?.[column])
        }),
        names,
        from: `the column ${column}`,
      }
    },
    async captions(images, wanted) {
      const columns =
        wanted ??
        all
          .map(({ name }) => name)
          .filter((name) => captionColumns!.includes(name.toLowerCase()))
          .slice(0, 1)
      const missing = columns.find((column) => all.every(({ name }) => name !== column))
      if (columns.length === 0 || missing !== undefined) return undefined
      const values = await valuesOf(columns)
      return {
        values: images.map((image) => {
          const { shard, row } = places.get(image)!
          return columns.flatMap((column) => textsOf(values[shard]![row]?.[column]))
        }),
        from: `the column${columns.length > 1 ? 's' : ''} ${columns.join(', ')}`,
      }
    },
  }
}

const typeOf = (feature: unknown): unknown => (feature as { readonly _type?: unknown } | undefined)?._type

/** A whole number from 0 on, or a word. */
function classOf(value: unknown): string | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value) >= 0 ? Number(value) : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function textsOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.flatMap((each) => (typeof each === 'string' && each.trim() !== '' ? [each.trim()] : []))
}
