/** Parquet through hyparquet. https://parquet.apache.org/docs/file-format */
import type * as Library from 'hyparquet'
import { TweedieError } from '../../../errors.ts'
import { optionalPackage } from '../../../optional-package.ts'
import type { FileRanges } from '../file-tree.ts'
import { missingPackage } from './missing-package.ts'

/** What a Parquet file says before its rows are read. */
export interface ParquetFile {
  readonly rows: number
  /** The first row of each group, and the number of all at the end. */
  readonly groups: readonly number[]
  readonly columns: readonly ParquetColumn[]
  /** What the Hugging Face hub says of columns (`info.features`), by name. */
  readonly features: Readonly<Record<string, unknown>>
  /**
   * Values of columns.
   *
   * @throws TweedieError `data` for what is damaged; `usage` for a codec whose package is not installed
   */
  read(columns: readonly string[], from: number, to: number): Promise<readonly Record<string, unknown>[]>
}

/** A column at the top. */
export interface ParquetColumn {
  readonly name: string
  /** Names of the fields of a struct; none of a plain column. */
  readonly fields: readonly string[]
  /** As the file stores it: `BYTE_ARRAY`, `INT64`, … */
  readonly type: string | undefined
}

/** Whether bytes begin like a Parquet file. */
export const isParquet = (bytes: Uint8Array): boolean => [0x50, 0x41, 0x52, 0x31].every((byte, i) => bytes[i] === byte)

/**
 * Opens a Parquet file.
 *
 * @throws TweedieError `data` for a broken file, `usage` where hyparquet is not installed
 */
export async function openParquet(ranges: FileRanges, path: string): Promise<ParquetFile> {
  const { parquetMetadataAsync, parquetReadObjects } = (await optionalPackage('hyparquet').catch((cause: unknown) => {
    throw missingPackage('hyparquet', 'Parquet files', cause)
  })) as typeof Library
  const file = {
    byteLength: ranges.size,
    slice: async (start: number, end = ranges.size): Promise<ArrayBuffer> => {
      const bytes = await ranges.read(start, end - start)
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    },
  }
  const broken = (cause: unknown): TweedieError => {
    if (cause instanceof TweedieError) return cause
    return new TweedieError('data', `${path}: broken Parquet file (${(cause as Error).message})`, { cause })
  }
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw broken(cause)
  })
  const ends = metadata.row_groups.map(({ num_rows: rows }) => Number(rows))
  let total = 0
  const groups = [0, ...ends.map((rows) => (total += rows))]
  // Snappy is in hyparquet itself.
  const codecs = new Set(metadata.row_groups.flatMap(({ columns }) => columns.map((each) => each.meta_data?.codec)))
  const others = [...codecs].filter((codec) => codec !== undefined && codec !== 'UNCOMPRESSED' && codec !== 'SNAPPY')
  const compressors = others.length > 0 ? await compressorsFor(others.join(', ')) : undefined
  return {
    rows: total,
    groups,
    columns: columnsOf(metadata.schema),
    features: featuresOf(metadata.key_value_metadata),
    async read(columns, rowStart, rowEnd) {
      try {
        return await parquetReadObjects({
          file,
          metadata,
          columns: [...columns],
          rowStart,
          rowEnd,
          utf8: false,
          ...(compressors && { compressors }),
        })
      } catch (cause) {
        throw broken(cause)
      }
    },
  }
}

async function compressorsFor(codec: string): Promise<Library.Compressors> {
  const { compressors } = (await optionalPackage('hyparquet-compressors').catch((cause: unknown) => {
    throw missingPackage('hyparquet-compressors', `Parquet files packed with ${codec}`, cause)
  })) as { readonly compressors: Library.Compressors }
  return compressors
}

/** The columns at the top of a schema, which is a tree written from the root down. */
function columnsOf(schema: readonly Library.SchemaElement[]): ParquetColumn[] {
  let at = 1
  /** Walks past an element and all below it; gives the names of its children. */
  const walk = (): { element: Library.SchemaElement; fields: string[] } => {
    const element = schema[at++]!
    const fields = Array.from({ length: element.num_children ?? 0 }, () => walk().element.name)
    return { element, fields }
  }
  return Array.from({ length: schema[0]?.num_children ?? 0 }, () => {
    const { element, fields } = walk()
    return { name: element.name, fields, type: element.type }
  })
}

function featuresOf(metadata: Library.FileMetaData['key_value_metadata']): Readonly<Record<string, unknown>> {
  const text = metadata?.find(({ key }) => key === 'huggingface')?.value
  try {
    const { info } = JSON.parse(text ?? '{}') as { readonly info?: { readonly features?: Record<string, unknown> } }
    return info?.features ?? {}
  } catch {
    return {}
  }
}
