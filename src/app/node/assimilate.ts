/** Assimilation in Node: observations are read from a table, ensembles are written as files. */
import type { AssimilationData, OwnParts } from '../../families/family.ts'
import type { Ensemble } from '../../families/ensemble.ts'
import { abilityOf, type Opened } from '../../families/registry.ts'
import { parseObservations } from '../../files/data/fields/observations.ts'
import { openSource } from '../../files/data/node/open-source.ts'
import { readBytes } from '../../files/data/node/read-bytes.ts'
import type { OptionValues } from '../../options.ts'
import { TweedieError } from '../../errors.ts'
import { stoppable } from '../stopped.ts'
import { requireNew } from './require-new.ts'
import { settingFor, type Watch } from './setting.ts'
import { ensembleExtensions, writeEnsemble } from './write-ensemble.ts'

/** What was observed, where the result is written, and how the work is stopped and watched. */
export interface AssimilateRequest extends Watch {
  /** The model's folder. */
  readonly place: string
  /** A table of observations: see `parseObservations`. */
  readonly observations?: string | undefined
  /** A file of whole fields at some times: NetCDF, npz. */
  readonly given?: string | undefined
  /** `.npz` or `.nc`; with a picture beside it. */
  readonly out?: string | undefined
  readonly force?: boolean | undefined
  readonly own?: OwnParts | undefined
}

/** An ensemble, and the files that it was written to. */
export interface Assimilated {
  readonly ensemble: Ensemble
  readonly files: readonly string[]
}

/**
 * Draws trajectories that agree with observations; `options` are those of the command `assimilate`.
 *
 * @throws TweedieError `usage`, `exists` before anything is computed; `data`, `model`, `interrupted`
 * @example
 * const { ensemble } = await assimilateTo(await openFolder('runs/weather'), { sigma: 0.1 }, { place: 'runs/weather', observations: 'stations.csv' })
 */
export async function assimilateTo(
  opened: Opened,
  options: OptionValues,
  request: AssimilateRequest,
): Promise<Assimilated> {
  const { place, observations, given, out, force = false, own = {}, ...watch } = request
  const ability = await abilityOf('assimilate', opened, own)
  if (out !== undefined) await requireNew(out, ensembleExtensions, force)
  if (observations === undefined && given === undefined) {
    throw new TweedieError('usage', 'what was observed? name a table of observations, or `given` fields', {
      hint: 'a table has columns time,lat,lon,variable,value,sigma',
    })
  }
  const data: { -readonly [K in keyof AssimilationData]: AssimilationData[K] } = {}
  if (observations !== undefined) {
    watch.onFile?.(observations)
    const bytes = await readBytes(observations)
    const read = parseObservations(bytes, observations)
    for (const remark of read.remarks) watch.onRemark?.(remark)
    data.observations = read.observations
  }
  if (given !== undefined) {
    const { train, report } = await openSource({ path: given, fields: {} }, { signal: watch.signal })
    for (const remark of report) watch.onRemark?.(`${given}: ${remark}`)
    if (train.kind === 'trajectory') data.given = train
    watch.onData?.(train)
  }
  const setting = await settingFor(place, opened, options, own, watch)
  const ensemble = await stoppable('assimilation', watch.signal, () => ability(opened.model, data, options, setting))
  const provenance = { ...setting.provenance, command: 'assimilate', observations, given }
  const files = out === undefined ? [] : await writeEnsemble(out, ensemble, { overwrite: force, provenance })
  return { ensemble, files }
}
