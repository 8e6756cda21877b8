/**
 * A prepared copy of a data set: a folder with the items in one file, and what else is known of them beside it. Every file has a checksum:
 * of the items each has its own, which is looked at whenever the item is read.
 *
 * | file | what |
 * |---|---|
 * | `facts.json` | version, what the copy was made of, shape, range, class names, and the checksums of the other files |
 * | `items` | records of equal size, one after another |
 * | `places`, `checks` | of each item its record, and the CRC-32 of its bytes; 32-bit numbers |
 * | `labels` | the class of each item; 32-bit numbers |
 * | `captions.json` | the captions of each item |
 */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArrayDataset } from '../../dataset.ts'
import { storedDataset } from '../../stored-dataset.ts'
import type { StoredItems } from '../../stored-items.ts'
import { itemReader } from './item-reader.ts'
import type { WrittenItems } from './item-writer.ts'

/** Copies of other versions are made anew. */
const format = 'tweedie-items-1'

/** The items of a prepared copy. */
export const itemsPath = (folder: string): string => join(folder, 'items')

const factsPath = (folder: string): string => join(folder, 'facts.json')

interface Facts extends Pick<
  ArrayDataset,
  'name' | 'kind' | 'shape' | 'length' | 'range' | 'affine' | 'frameRate' | 'classNames' | 'remarks' | 'skipped'
> {
  readonly format: string
  readonly madeOf: string
  readonly source: string
  readonly littleEndian: boolean
  readonly type: StoredItems['type']
  readonly itemBytes: number
  readonly bytes: number
  /** The SHA-256 of each other file but the items, by name. */
  readonly sums: Readonly<Record<string, string>>
}

/**
 * Writes all but the items, which lie there already.
 *
 * @throws the system's error
 */
export function writePrepared(
  folder: string,
  dataset: ArrayDataset,
  written: WrittenItems,
  of: { readonly madeOf: string; readonly source: string },
): void {
  const { name, kind, shape, length, range, affine, frameRate, classNames, remarks, skipped, stored } = dataset
  const sums: Record<string, string> = {}
  const put = (file: string, content: Uint8Array): void => {
    writeFileSync(join(folder, file), content, { mode: 0o600 })
    sums[file] = sumOf(content)
  }
  put('places', bytesOf(written.places))
  put('checks', bytesOf(written.checks))
  if (dataset.labels) put('labels', bytesOf(dataset.labels))
  if (dataset.captions) put('captions.json', Buffer.from(JSON.stringify(dataset.captions)))
  const facts: Facts = {
    format,
    ...of,
    littleEndian,
    name,
    kind,
    shape,
    length,
    range,
    affine,
    frameRate,
    classNames,
    remarks,
    skipped,
    type: stored!.type,
    itemBytes: stored!.itemBytes,
    bytes: statSync(itemsPath(folder)).size,
    sums,
  }
  const text = JSON.stringify(facts)
  writeFileSync(factsPath(folder), `${sumOf(Buffer.from(text))}\n${text}`, { mode: 0o600 })
}

/** A copy, or why it cannot be used. */
export type Prepared = { readonly dataset: ArrayDataset } | { readonly trouble: string | undefined }

/**
 * Opens a prepared copy.
 *
 * @param madeOf what it must have been made of
 * @returns `trouble`: why it is not used; undefined where there is none
 */
export function openPrepared(folder: string, madeOf: string): Prepared {
  try {
    const lines = readFileSync(factsPath(folder), 'utf8')
    const [sum, text] = [lines.slice(0, 64), lines.slice(65)]
    if (sumOf(Buffer.from(text)) !== sum) return { trouble: 'is damaged' }
    const facts = JSON.parse(text) as Facts
    if (facts.format !== format || facts.littleEndian !== littleEndian) return { trouble: 'is of another version' }
    if (facts.madeOf !== madeOf) return { trouble: 'is of data that have changed since' }
    const items = itemsPath(folder)
    if (statSync(items).size !== facts.bytes) return { trouble: 'is cut off' }
    const contents = Object.fromEntries(Object.keys(facts.sums).map((file) => [file, readFileSync(join(folder, file))]))
    if (Object.entries(facts.sums).some(([file, of]) => sumOf(contents[file]!) !== of)) return { trouble: 'is damaged' }
    const { places, checks, labels, 'captions.json': captions } = contents
    const {
      format: _,
      madeOf: __,
      source: ___,
      littleEndian: ____,
      type,
      itemBytes,
      bytes: _____,
      sums: ______,
      ...own
    } = facts
    const onDamage = (): void => discard(folder)
    const stored = itemReader({
      path: items,
      type,
      itemBytes,
      places: new Uint32Array(Uint8Array.from(places!).buffer),
      checks: new Uint32Array(Uint8Array.from(checks!).buffer),
      onDamage,
    })
    const dataset = storedDataset({
      ...own,
      stored,
      ...(labels && { labels: new Int32Array(Uint8Array.from(labels).buffer) }),
      ...(captions && { captions: JSON.parse(captions.toString()) as string[][] }),
    })
    return { dataset }
  } catch (error) {
    return { trouble: (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'is damaged' }
  }
}

/** Makes sure that a copy is not used again. */
function discard(folder: string): void {
  try {
    rmSync(factsPath(folder), { force: true })
  } catch {
    // Its items are found damaged again.
  }
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
