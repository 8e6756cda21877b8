/** A small NetCDF-4 file, as the libraries of others write them: coordinates are scales that are attached to variables. */
import { File, ready } from 'h5wasm'

let files = 0

export async function h5File({
  field,
  shape,
}: {
  readonly field: Float32Array
  readonly shape: readonly number[]
}): Promise<Uint8Array> {
  const { FS } = await ready
  const path = `/made-${++files}.nc`
  const file = new File(path, 'w')
  const coordinate = (name: string, data: Float64Array, units: string): void => {
    const made = file.create_dataset({ name, data })
    made.create_attribute('units', units)
    made.make_scale(name)
  }
  const count = (length: number, at = 0): Float64Array => Float64Array.from({ length }, (_, i) => i + at)
  coordinate('time', count(shape[0]!), 'hours since 2019-03-01 00:00:0.0')
  coordinate('level', count(shape[1]!, 850), 'hPa')
  coordinate('latitude', Float64Array.of(52, 51, 50), 'degrees_north')
  coordinate('longitude', Float64Array.of(359, 0), 'degrees_east')
  const made = file.create_dataset({
    name: 't2m',
    data: field,
    shape: [...shape],
    chunks: [1, 1, ...shape.slice(2)],
    compression: 'gzip',
    compression_opts: [4],
  })
  made.create_attribute('units', 'K')
  made.create_attribute('long_name', '2 metre temperature')
  for (const [axis, name] of ['time', 'level', 'latitude', 'longitude'].entries()) made.attach_scale(axis, name)
  file.close()
  const bytes = FS.readFile(path) as Uint8Array
  FS.unlink(path)
  return bytes
}
