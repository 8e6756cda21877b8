/** Networks by class, one at a time and all at once. */
import { expect, it } from 'vitest'
import { loadNetwork, type Network, networkClasses, networkFromConfig } from '../../../src/engine/nn/index.ts'
import { loadedNetwork } from '../../../src/families/loaded-network.ts'
import { networkOf } from '../../../src/families/network-of.ts'

const facts = ({ className, config, inputShape, outputShape }: Network) => [className, config, inputShape, outputShape]

it('loads the same class that the list of all has', async () => {
  const sizes = { UNet2DModel: { sample_size: 8, block_out_channels: [32, 32, 32, 32] }, MLP: { input_shape: [2] } }
  for (const [className, config] of Object.entries(sizes)) {
    expect(facts(await loadNetwork(className, config))).toEqual(facts(networkFromConfig(className, config)))
  }
})

it.each([...networkClasses])('%s is loaded by its name, and checks its configuration', async (className) => {
  await expect(loadNetwork(className, { nonsense: 3 })).rejects.toThrow(`${className}: `)
})

it('refuses a name that no class has, in the same words', async () => {
  await expect(loadNetwork('UNet3D', {})).rejects.toThrow(/network UNet3D: expected one of UNet2DModel, /)
  expect(() => networkFromConfig('UNet3D', {})).toThrow(/network UNet3D: expected one of UNet2DModel, /)
  await expect(loadNetwork('toString', {})).rejects.toMatchObject({ code: 'model' })
})

it('takes parts of your own first, loaded or not', async () => {
  const line = { build: (_: unknown, { x }: { x: never }) => x }
  const spec = { className: 'Line', config: { input_shape: [3] } }
  const own = { networks: { Line: () => line } }
  const network = await loadedNetwork(spec, own as never)
  expect(facts(network)).toEqual(facts(networkOf(spec, own as never)))
  expect(network.inputShape).toEqual([3])
  await expect(loadedNetwork(spec, {})).rejects.toThrow("part 'Line' (a network) is not built in")
})
