/** A view of trajectories: what the fields are, where and when; and maps at a few times. */
import { thousands } from '../../words.ts'
import { dateText } from '../data/fields/calendar.ts'
import { standardisedVariables, type TrajectoryDataset } from '../data/trajectory.ts'
import { isNext } from '../data/windows.ts'
import { previewText } from '../io/terminal.ts'
import { extentOf, fieldMaps, shortNumber } from './field-maps.ts'
import type { DataView } from './view.ts'

/** The most maps in a row of the picture, and of a terminal. */
const most = { picture: 6, preview: 3 }

/** Statistics of trajectories, and maps of states at equal distances in time. */
export function trajectoryView(data: TrajectoryDataset): DataView {
  const { name, variables, grid, states, times, length, step, dated, lat, lon, remarks = [] } = data
  const plane = grid[0] * grid[1]
  const { shift, scale } = standardisedVariables(data)
  const gaps = times.filter((time, i) => i > 0 && !isNext(times[i - 1]!, time, step)).length
  const ofVariable = (c: number): Float32Array =>
    states.filter((_, i) => Math.floor(i / plane) % variables.length === c)
  const ranges = variables.map((_, c) => extentOf(ofVariable(c)))
  const maps = (count: number) => {
    const chosen = Array.from({ length: Math.min(count, length) }, (_, i, all = Math.min(count, length)) =>
      Math.round((i * (length - 1)) / Math.max(1, all - 1)),
    )
    const rows = variables.map(({ name: called }, c) => ({
      label: called,
      range: ranges[c]!,
      maps: chosen.map((state) => ({
        title: dated ? dateText(times[state]!).slice(5, 16).replace('T', ' ') : String(times[state]!),
        values: states.subarray((state * variables.length + c) * plane, (state * variables.length + c + 1) * plane),
      })),
    }))
    return fieldMaps(rows, { grid, upward: lat !== undefined && lat[0]! < lat.at(-1)! })
  }
  const facts = variables.map((variable, c) => ({
    ...variable,
    mean: shift[c]!,
    std: scale[c]!,
    min: ranges[c]![0],
    max: ranges[c]![1],
  }))
  return {
    facts: {
      name,
      kind: 'fields',
      states: length,
      grid,
      variables: facts,
      ...(lat && lon && { lat: [lat[0], lat.at(-1)], lon: [lon[0], lon.at(-1)] }),
      ...(dated && { from: dateText(times[0]!), to: dateText(times.at(-1)!) }),
      step,
      gaps,
      remarks,
    },
    rows: [
      ['name', name],
      ['states', `${thousands(length)}${gaps > 0 ? ` in ${gaps + 1} pieces` : ''}`],
      ['grid', `${grid[0]} × ${grid[1]}${lat && lon ? `, ${placesText(lat, lon)}` : ''}`],
      ['times', dated ? `${dateText(times[0]!)} … ${dateText(times.at(-1)!)}, every ${durationText(step)}` : 'counted'],
      ...facts.map(
        ({ name: called, units = '', longName, mean, std, min, max }, c) =>
          [
            c === 0 ? 'variables' : '',
            `${called}${longName ? ` (${longName})` : ''}: ${shortNumber(min)} … ${shortNumber(max)} ${units}, mean ${shortNumber(mean)}, std ${shortNumber(std)}`,
          ] as const,
      ),
      ...remarks.map((remark, i) => [i === 0 ? 'remarks' : '', remark] as const),
    ],
    picture: ({ count }) => maps(Math.min(count, most.picture)),
    preview: ({ count }, { colors, width }) =>
      previewText(maps(Math.min(count, most.preview)), { colors, columns: width }),
  }
}

/** `58 … 50 N, −10 … 2 E` */
function placesText(lat: readonly number[], lon: readonly number[]): string {
  return `latitudes ${lat[0]} … ${lat.at(-1)}, longitudes ${lon[0]} … ${lon.at(-1)}`
}

/** `1 hour`, `6 hours`, `90 s`. */
export function durationText(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    if (seconds >= size && Number.isInteger(seconds / size)) {
      const count = seconds / size
      return `${count} ${unit}${count === 1 ? '' : 's'}`
    }
  }
  return `${seconds} s`
}
