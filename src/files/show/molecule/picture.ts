/** Molecules as pictures: a grid of conformers, as pixels and as SVG. */
import { automorphismsOf } from '../../molecules/geometry/automorphisms.ts'
import { bestSuperposed } from '../../molecules/geometry/best-rmsd.ts'
import type { Molecule } from '../../molecules/molecule.ts'
import { blank, type Raster } from '../../io/raster.ts'
import { panelPixels } from './raster.ts'
import { broadestView, type MoleculeScene, sceneOf, turned } from './scene.ts'
import { panelMarks } from './svg.ts'

/** How molecules are laid out. */
export interface MoleculePictureOptions {
  /** Panels in a row; default: as square as possible. */
  readonly columns?: number | undefined
  /** Pixels (or units) across a panel; default by their number. Its height follows the molecules. */
  readonly side?: number | undefined
}

/** Scenes in the order of their panels, and the half width and height of what must fit into each, in ångström. */
interface Laid {
  readonly scenes: readonly MoleculeScene[]
  readonly reach: number
  readonly tall: number
}

/** Each molecule's conformers, one after another, laid over its first. */
function scenesOf(molecules: readonly Molecule[]): Laid {
  const scenes: MoleculeScene[] = []
  let [reach, tall] = [1, 0.5]
  for (const molecule of molecules) {
    const [first] = molecule.conformers
    if (!first) continue
    const view = broadestView(first)
    const symmetries = automorphismsOf(molecule, 500)
    for (const each of molecule.conformers) {
      const laid = each === first ? each : bestSuperposed(symmetries, each, first)
      const scene = sceneOf(molecule, turned(laid, view))
      scenes.push(scene)
      for (const { x, y, radius } of scene.balls) {
        reach = Math.max(reach, Math.abs(x) + radius)
        tall = Math.max(tall, Math.abs(y) + radius)
      }
    }
  }
  return { scenes, reach: reach + 0.25, tall: tall + 0.25 }
}

interface Grid {
  readonly columns: number
  readonly rows: number
  readonly width: number
  readonly height: number
}

function gridOf({ scenes, reach, tall }: Laid, { columns: wanted, side }: MoleculePictureOptions): Grid {
  const count = scenes.length
  const columns = Math.max(1, Math.min(count, wanted ?? Math.ceil(Math.sqrt(count))))
  const width = side ?? (count > 36 ? 128 : count > 9 ? 176 : count > 1 ? 256 : 512)
  return { columns, rows: Math.max(1, Math.ceil(count / columns)), width, height: Math.round((width * tall) / reach) }
}

/**
 * All conformers of some molecules as balls and sticks, all at one scale. A molecule's conformers are laid over its first, which is seen from its
 * broadest side. Colours are those of Jmol.
 *
 * @example
 * const raster = moleculePicture([await conformersOf('CC(=O)Oc1ccccc1C(=O)O', { count: 4 })])
 */
export function moleculePicture(molecules: readonly Molecule[], options: MoleculePictureOptions = {}): Raster {
  const laid = scenesOf(molecules)
  const { columns, rows, width, height } = gridOf(laid, options)
  const raster = blank(columns * width, rows * height)
  laid.scenes.forEach((scene, i) => {
    const pixels = panelPixels(scene, width, height, laid.reach)
    const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height]
    for (let row = 0; row < height; row++) {
      raster.data.set(pixels.subarray(3 * row * width, 3 * (row + 1) * width), 3 * ((top + row) * raster.width + left))
    }
  })
  return raster
}

/** The same as an SVG file, which can be enlarged. */
export function moleculeSvg(molecules: readonly Molecule[], options: MoleculePictureOptions = {}): string {
  const laid = scenesOf(molecules)
  const { columns, rows, width, height } = gridOf(laid, options)
  const panels = laid.scenes.map((scene) => panelMarks(scene, width, height, laid.reach))
  const gradients = new Map(panels.flatMap((panel) => [...panel.gradients]))
  const size = [columns * width, rows * height] as const
  const groups = panels.map(({ marks }, i) => {
    const place = `translate(${(i % columns) * width} ${Math.floor(i / columns) * height})`
    return `<g transform="${place}">${marks}</g>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(' ')}" width="${size[0]}" height="${size[1]}">`,
    `<defs>${[...gradients.values()].join('')}</defs><rect width="100%" height="100%" fill="white"/>`,
    ...groups,
    '</svg>\n',
  ].join('\n')
}
