/** NetCDF-3, classic and with 64-bit offsets, through netcdfjs. https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html */
import type * as Library from 'netcdfjs'
import { TweedieError } from '../../../errors.ts'
import { optionalPackage } from '../../../optional-package.ts'
import type { FieldAttribute, FieldFile } from '../fields/field-file.ts'
import { missingPackage } from './missing-package.ts'

/** Whether bytes begin like a NetCDF-3 file. */
export function isNetcdf3(bytes: Uint8Array): boolean {
  return bytes[0] === 0x43 && bytes[1] === 0x44 && bytes[2] === 0x46
}

/**
 * Opens a file. Its arrays are read when they are asked for.
 *
 * @throws TweedieError `data` for a broken file or one of CDF-5, `usage` where netcdfjs is not installed
 */
export async function readNetcdf3(bytes: Uint8Array): Promise<FieldFile> {
  if (bytes[3] === 5) {
    throw new TweedieError('data', 'NetCDF file of the format CDF-5, which is not read', {
      hint: 'convert it: nccopy -k nc4 in.nc out.nc',
    })
  }
  const { NetCDFReader } = (await optionalPackage('netcdfjs').catch((cause: unknown) => {
    throw missingPackage('netcdfjs', 'NetCDF-3 files', cause)
  })) as typeof Library
  return guarded(() => {
    const reader = new NetCDFReader(bytes)
    const { dimensions } = reader
    const sizeOf = (id: number): number =>
      reader.recordDimension.id === id ? reader.recordDimension.length : dimensions[id]!.size
    return {
      arrays: reader.variables
        .filter(({ type }) => type !== 'char')
        .map((variable) => ({
          name: variable.name,
          dimensions: variable.dimensions.map((id) => dimensions[id]!.name),
          shape: variable.dimensions.map(sizeOf),
          attributes: attributesOf(variable.attributes),
          read: () => guarded(() => (reader.getDataVariable(variable) as (number | number[])[]).flat()),
        })),
      remarks: [],
    }
  })
}

function attributesOf(
  attributes: readonly { readonly name: string; readonly value: unknown }[],
): Record<string, FieldAttribute> {
  return Object.fromEntries(
    attributes.map(({ name, value }) => [name, typeof value === 'string' ? value.replace(/\0+$/, '') : value]),
  ) as Record<string, FieldAttribute>
}

function guarded<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TweedieError('data', `NetCDF file: broken (${why})`, { hint: 'is it cut off?', cause })
  }
}
