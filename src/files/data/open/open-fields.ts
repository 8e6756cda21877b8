/** The bytes of a file of fields as trajectories. */
import { TweedieError } from '../../../errors.ts'
import { fieldsOfArrays, isNames } from '../fields/from-arrays.ts'
import { type FieldsOptions, trajectoryOfFile } from '../fields/from-file.ts'
import { isHdf5, readNetcdf4 } from '../formats/netcdf4.ts'
import { isNetcdf3, readNetcdf3 } from '../formats/netcdf3.ts'
import { isNpy, parseNpy } from '../formats/npy.ts'
import { isZip, npzNames, parseNpz } from '../formats/npz.ts'
import type { FieldFile } from '../fields/field-file.ts'
import type { TrajectoryDataset } from '../trajectory.ts'

/**
 * Reads a file of fields over time: NetCDF-3, NetCDF-4, HDF5, npz or npy, told by its first bytes.
 *
 * @throws TweedieError `data` for broken files and those without fields, `usage` where a package for the format is missing
 * @example
 * const weather = await openFields(await readFile('weather.nc'), { name: 'weather.nc', variables: ['t2m'] })
 */
export async function openFields(bytes: Uint8Array, options: FieldsOptions): Promise<TrajectoryDataset> {
  return trajectoryOfFile(await fieldFile(bytes), options)
}

async function fieldFile(bytes: Uint8Array): Promise<FieldFile> {
  if (isNetcdf3(bytes)) return readNetcdf3(bytes)
  if (isHdf5(bytes)) return readNetcdf4(bytes)
  if (isNpy(bytes)) return fieldsOfArrays({ field: parseNpy(bytes) })
  if (isZip(bytes)) return fieldsOfArrays(parseNpz(bytes, { labels: npzNames(bytes).filter(isNames) }))
  if (bytes[0] === 0x47 && bytes[1] === 0x52 && bytes[2] === 0x49 && bytes[3] === 0x42) {
    throw new TweedieError('data', 'a GRIB file, which is not read', { hint: 'cdo -f nc copy in.grib out.nc' })
  }
  throw new TweedieError('data', 'no file of fields', { hint: 'NetCDF, HDF5, .npz or .npy' })
}
