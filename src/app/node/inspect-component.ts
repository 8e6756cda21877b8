/** Describes a network that lies in a folder of its own, without a noise schedule: its class and size. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { autoencoderClasses, autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import { configFile, indexPath, schedulerFile, trainedParts } from '../../files/io/folder-plan.ts'
import { readComponent } from '../../files/io/node/read-component.ts'
import { shapeText, table, thousands } from '../../words.ts'

/** Whether a folder holds a network but no pipeline and no scheduler. */
export async function holdsComponent(path: string): Promise<boolean> {
  const has = (name: string): Promise<boolean> =>
    access(join(path, name)).then(
      () => true,
      () => false,
    )
  const noise = [indexPath, schedulerFile, `scheduler/${schedulerFile}`]
  const configs = [configFile, ...trainedParts.map((name) => `${name}/${configFile}`)]
  const [complete, network] = await Promise.all([noise, configs].map(async (names) => Promise.all(names.map(has))))
  return network!.includes(true) && !complete!.includes(true)
}

/** Describes it. */
export async function inspectComponent(
  path: string,
  variant?: string,
): Promise<{ readonly facts: Readonly<Record<string, unknown>>; readonly text: string }> {
  const { library, className, config, weights, notes } = await readComponent(path, { variant })
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0)
  return {
    facts: { kind: 'component', library, network: className, parameters, tensors: weights.size, config, notes },
    text: table([
      ['component', path],
      ['network', className],
      ['parameters', thousands(parameters)],
      ['tensors', thousands(weights.size)],
      ['notes', notes.join('; ') || undefined],
      autoencoderClasses.includes(className)
        ? ['codes', codesText(autoencoderFromConfig(className, config))]
        : ['sampling', 'needs a scheduler_config.json: this folder does not say on which noise it was trained'],
    ]),
  }
}

/** What an autoencoder makes of an item. */
function codesText({ inputShape, latentShape }: Autoencoder): string {
  return `${shapeText(latentShape)} of items ${shapeText(inputShape)}`
}
