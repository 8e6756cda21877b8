/** A NetCDF file of a temperature on a small grid. */
import { writeNetcdf3 } from '../../../src/files/data/formats/netcdf3-writer.ts'

/** So many states, six hours apart. */
export function weatherFile(times: number): Uint8Array {
  const axis = (name: string, units: string, data: number[]) => ({
    name,
    dimensions: [name],
    attributes: { units },
    data: Float64Array.from(data),
  })
  return writeNetcdf3({
    dimensions: { time: times, lat: 3, lon: 4 },
    variables: [
      axis(
        'time',
        'hours since 2019-01-01',
        Array.from({ length: times }, (_, i) => 6 * i),
      ),
      axis('lat', 'degrees_north', [10, 0, -10]),
      axis('lon', 'degrees_east', [0, 90, 180, 270]),
      {
        name: 't2m',
        dimensions: ['time', 'lat', 'lon'],
        attributes: { units: 'K' },
        data: Float32Array.from({ length: 12 * times }, (_, i) => 280 + 10 * Math.sin(i) + i / 10),
      },
    ],
  })
}
