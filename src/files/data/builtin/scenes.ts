/** Scenes as a data set: pictures of one to three figures, with captions. */
import { fold, type Key } from '../../../engine/random/index.ts'
import { type ArrayDataset, createDataset } from '../dataset.ts'
import { drawScene, sceneSide } from './draw-scene.ts'
import { sceneCaptions } from './scene-captions.ts'
import { randomScene, type SceneKind } from './scene.ts'

/**
 * Draws `length` scenes. Scene i depends on (key, i) only.
 *
 * @param kind which combinations of colour, form and place there are; default `seen`
 * @param side pixels along a side
 */
export function scenesDataset(length: number, key: Key, kind: SceneKind = 'seen', side = sceneSide): ArrayDataset {
  const size = 3 * side * side
  const data = new Uint8Array(length * size)
  const captions: (readonly string[])[] = []
  for (let i = 0; i < length; i++) {
    const own = fold(key, i)
    const scene = randomScene(own, kind)
    drawScene(scene, fold(own, 'draw'), data.subarray(i * size, (i + 1) * size), side)
    captions.push(sceneCaptions(scene))
  }
  return createDataset({ name: 'scenes', kind: 'image', shape: [3, side, side], data, captions })
}
