/** Pictures of molecules: what is where, as pixels and as SVG. */
import { describe, expect, it } from 'vitest'
import { moleculePicture, moleculeSvg } from '../../../src/files/show/molecule/picture.ts'
import { broadestView, sceneOf, turned } from '../../../src/files/show/molecule/scene.ts'
import { only, ring, waterMol } from '../molecules/drawn-molecules.ts'

const water = only(waterMol)

describe('pictures of molecules', () => {
  it('see a molecule from its broadest side, unmirrored', () => {
    const [positions] = ring(6).conformers
    const view = broadestView(positions!)
    const [a, b, c, d, e, f, g, h, i] = view as unknown as readonly number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    expect(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)).toBeCloseTo(1, 9)
    // A flat ring is seen nearly from above: its depth is less than its height and width.
    const seen = turned(positions!, view)
    const reach = [0, 1, 2].map((axis) => Math.max(...seen.filter((_, at) => at % 3 === axis)))
    expect(reach[2]!).toBeLessThan(Math.min(reach[0]!, reach[1]!))
  })

  it('have a ball an atom, and two sticks for each of a bond’s orders', () => {
    const { balls, sticks } = sceneOf(ring(6), ring(6).conformers[0]!)
    expect([balls.length, sticks.length]).toEqual([12, 2 * (3 * 2 + 3 + 6)])
  })

  it('show the colours of the atoms where they are, a panel a conformer', () => {
    const two = { ...water, conformers: [water.conformers[0]!, water.conformers[0]!] }
    const { width, height, data } = moleculePicture([two], { side: 60 })
    expect(width).toBe(120)
    const pixel = (x: number, y: number): readonly number[] => [
      ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
    ]
    const isRed = ([r, g, b]: readonly number[]): boolean => r! > 150 && g! < 90 && b! < 90
    const reds = Array.from({ length: width * height }, (_, i) => i).filter((i) =>
      isRed(pixel(i % width, Math.floor(i / width))),
    )
    expect(reds.length).toBeGreaterThan(20)
    // Both panels alike, and paper in the corners.
    expect(reds.filter((i) => i % width < 60).length).toBe(reds.length / 2)
    expect(pixel(0, 0)).toEqual([255, 255, 255])
  })

  it('are SVG of circles and lines', () => {
    const svg = moleculeSvg([water])
    expect(svg.match(/<circle /g)!.length).toBe(3)
    expect(svg.match(/<line /g)!.length).toBe(4 * 3)
    const used = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id!)
    for (const id of used) expect(svg).toContain(`id="${id}"`)
  })
})
