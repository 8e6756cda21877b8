/** `tweedie assimilate`: trajectories of fields that agree with observations. */
import type { Command } from 'commander'
import type { Assimilated } from '../app/node/assimilate.ts'
import { openOptions } from '../app/open-options.ts'
import type { OwnParts } from '../families/family.ts'
import { engineOptions, seedOptions } from '../families/options.ts'
import { familiesOf } from '../families/registry.ts'
import { options, type OptionValues, text, type ValuesOf, whole } from '../options.ts'
import { command, duration, note, print, printJson, safe } from './common.ts'
import { familyTables } from './derive.ts'
import { shardOptions } from './shard-options.ts'

/** What models of all families take. */
const general = options({
  count: {
    flags: '-n, --count <n>',
    help: 'members of the ensemble (default: 8)',
    parse: whole({ max: 10_000 }),
    group: 'Output',
  },
  out: {
    flags: '-o, --out <file>',
    help: '.npz or .nc: members, mean and spread; a picture of the same name beside it',
    parse: text,
    group: 'Output',
  },
  force: { flags: '--force', help: 'write over files that exist', group: 'General' },
  given: {
    flags: '--given <file>',
    help: 'whole fields at some times, such as those before a forecast: NetCDF, .npz',
    parse: text,
    group: 'Trajectory and observations',
  },
  ...seedOptions,
  ...shardOptions,
})

/** The command. */
export function assimilateCommand(own: OwnParts = {}): Command {
  const made = command(
    'assimilate',
    'fields over time that agree with observations: an ensemble, by a model of fields',
    {
      args: [
        ['<model>', "a model's folder"],
        ['[observations]', 'a table: time,lat,lon,variable,value,sigma (or x,y in cells of the grid)'],
      ],
      tables: [general, ...familyTables('assimilate', familiesOf(own)), openOptions, engineOptions],
      examples: [
        [
          'tweedie assimilate runs/weather stations.csv --sigma 0.1 -n 16 -o ensemble.nc',
          'what was the weather, everywhere?',
        ],
        [
          'tweedie assimilate runs/weather --given last-day.nc --length 48 -o forecast.npz',
          'a forecast: what follows known fields',
        ],
        ['tweedie assimilate runs/weather stations.csv --given last-day.nc --length 48', 'both'],
        [
          'tweedie assimilate runs/weather stations.csv --units K --sigma 0.5',
          'observations in kelvin, for a model in degrees',
        ],
        [
          'tweedie assimilate runs/weather stations.csv -n 64 -o ensemble.nc --shard 3/8',
          'one of eight processes; then tweedie merge',
        ],
      ],
    },
  )
  return made.action((place: string, observations: string | undefined, values: OptionValues) =>
    run(place, observations, values, own),
  )
}

async function run(
  place: string,
  observations: string | undefined,
  values: OptionValues,
  own: OwnParts,
): Promise<void> {
  if (values.shard !== undefined) {
    const { runShard } = await import('./shard.ts')
    return runShard('assimilate', place, values, { general: [general], own, input: observations })
  }
  const [{ assimilateTo }, { openModel }, { attended }] = await Promise.all([
    import('../app/node/assimilate.ts'),
    import('./open-model.ts'),
    import('./watched.ts'),
  ])
  const { out, force, given } = values as ValuesOf<typeof general>
  const opened = await openModel('assimilate', place, values, [general], own)
  const { result, seconds } = await attended('the assimilation', values, (watch) =>
    assimilateTo(opened, values, { place, observations, given, out, force, own, ...watch }),
  )
  showAssimilated(result, place, values, seconds)
}

/** Prints what an ensemble is, and where. */
export function showAssimilated(
  { ensemble, files }: Assimilated,
  place: string,
  values: OptionValues,
  seconds: number,
): void {
  const spread = Math.sqrt(ensemble.spread.reduce((sum, value) => sum + value * value, 0) / ensemble.spread.length)
  const facts = { files, model: place, ...ensemble.how, spread }
  if (values.json) return printJson({ ...facts, seconds })
  const { how } = ensemble
  print(
    `${ensemble.members} trajectories of ${ensemble.times.length} states, ${String(how['from'])} … ${String(how['to'])}`,
  )
  print(
    `spread ${Number(spread.toPrecision(3))} ${ensemble.fields.variables.length === 1 ? (ensemble.fields.variables[0]!.units ?? '') : ''}`.trim(),
  )
  if (files.length > 0) print(safe(files.join(', ')))
  note(`${safe(ensemble.howText)}, ${duration(seconds)}`, values)
}
