/** NetCDF-4, and HDF5 with named dimensions, through h5wasm. https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html */
import type * as Library from 'h5wasm'
import { TweedieError } from '../../../errors.ts'
import { optionalPackage } from '../../../optional-package.ts'
import type { FieldArray, FieldAttribute, FieldFile } from '../fields/field-file.ts'
import { missingPackage } from './missing-package.ts'

/** Whether bytes begin like an HDF5 file. */
export function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte)
}

let files = 0

/**
 * Reads the arrays of numbers of the file's root. A copy of the file is in the memory of h5wasm while it is read.
 *
 * @throws TweedieError `data` for a broken file, `usage` where h5wasm is not installed
 */
export async function readNetcdf4(bytes: Uint8Array): Promise<FieldFile> {
  const h5 = (await optionalPackage('h5wasm').catch((cause: unknown) => {
    throw missingPackage('h5wasm', 'NetCDF-4 and HDF5 files', cause)
  })) as typeof Library
  const { FS } = await h5.ready
  silence(FS)
  const path = `/tweedie-${++files}.nc`
  FS.writeFile(path, bytes)
  try {
    const file = new h5.File(path, 'r')
    try {
      return contentOf(file, h5)
    } finally {
      file.close()
    }
  } catch (cause) {
    if (cause instanceof TweedieError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TweedieError('data', `NetCDF-4 file: broken, or not of HDF5 (${why})`, { cause })
  } finally {
    FS.unlink(path)
  }
}

/** The library prints its own stack of every error, over a terminal's worth of it, besides what it throws. */
function silence(system: object): void {
  const { streams } = system as { readonly streams?: readonly { stream_ops?: object }[] }
  const errors = streams?.[2]
  if (errors?.stream_ops) errors.stream_ops = { ...errors.stream_ops, write: (...given: readonly number[]) => given[3] }
}

type H5 = typeof Library

function contentOf(file: InstanceType<H5['File']>, { Dataset, Group }: H5): FieldFile {
  const arrays: FieldArray[] = []
  const groups: string[] = []
  for (const name of file.keys()) {
    const entity = file.get(name)
    if (entity instanceof Group) groups.push(name)
    if (!(entity instanceof Dataset)) continue
    const shape = entity.shape ?? []
    const { value } = entity
    const isList = ArrayBuffer.isView(value)
    const values = isList
      ? (value as unknown as ArrayLike<number | bigint>)
      : typeof value === 'number'
        ? [value]
        : undefined
    if (values === undefined) continue
    const stored = typeof values[0] === 'bigint' ? Array.from(values, Number) : (values as ArrayLike<number>)
    arrays.push({
      name,
      dimensions: shape.map((_, axis) => dimensionOf(entity, axis)),
      shape,
      attributes: attributesOf(entity),
      read: () => stored,
    })
  }
  const remarks = groups.length > 0 ? [`groups are left out: ${groups.slice(0, 5).join(', ')}`] : []
  return { arrays: withOwnDimensions(arrays), remarks }
}

/** The name of the coordinate that an axis is attached to. */
function dimensionOf(dataset: InstanceType<H5['Dataset']>, axis: number): string {
  const [scale] = dataset.get_attached_scales(axis)
  return scale?.slice(scale.lastIndexOf('/') + 1) ?? ''
}

/** A coordinate is its own axis; axes without a name are found by their length, or numbered. */
function withOwnDimensions(arrays: readonly FieldArray[]): readonly FieldArray[] {
  const coordinates = arrays.filter(({ shape, dimensions }) => shape.length === 1 && dimensions[0] === '')
  return arrays.map((array) => ({
    ...array,
    dimensions: array.dimensions.map((name, axis) => {
      if (name !== '') return name
      if (array.shape.length === 1) return array.name
      const alike = coordinates.filter(({ shape }) => shape[0] === array.shape[axis])
      return alike.length === 1 ? alike[0]!.name : `axis ${axis}`
    }),
  }))
}

function attributesOf(dataset: InstanceType<H5['Dataset']>): Record<string, FieldAttribute> {
  const found: Record<string, FieldAttribute> = {}
  for (const [name, attribute] of Object.entries(dataset.attrs)) {
    if (/^(DIMENSION_LIST|REFERENCE_LIST|CLASS|NAME|_Netcdf4\w*)$/.test(name)) continue
    const { value } = attribute
    if (typeof value === 'string' || typeof value === 'number') found[name] = value
    else if (typeof value === 'bigint') found[name] = Number(value)
    else if (Array.isArray(value) && typeof value[0] === 'string') found[name] = value[0]
    else if (ArrayBuffer.isView(value)) {
      const list = Array.from(value as unknown as ArrayLike<number | bigint>, Number)
      found[name] = list.length === 1 ? list[0]! : list
    }
  }
  return found
}
