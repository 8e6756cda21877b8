/**
 * Scenes: one to three figures on a plain background, each with a colour, a form and one of nine places. What is in a scene is known
 * exactly, so a model that is asked for one in words can be judged by what it draws.
 */
import { type Key, permutation, uniform, fold } from '../../../engine/random/index.ts'
import { outlines } from './outlines.ts'

/** Red, green and blue, 0 … 255. */
export const sceneColours = Object.freeze({
  red: [235, 45, 45],
  green: [45, 195, 75],
  blue: [60, 95, 245],
  yellow: [245, 220, 60],
  purple: [190, 70, 230],
  white: [240, 240, 240],
}) satisfies Readonly<Record<string, readonly [number, number, number]>>

/** The forms, and their outlines. */
export const sceneForms = Object.freeze({
  circle: outlines.circle,
  square: outlines.square,
  triangle: outlines.triangle,
  cross: outlines.cross,
  ring: outlines.ring,
})

/** The nine places as captions say them, row by row. */
export const scenePlaces = Object.freeze([
  'at the top left',
  'at the top',
  'at the top right',
  'on the left',
  'in the middle',
  'on the right',
  'at the bottom left',
  'at the bottom',
  'at the bottom right',
] as const)

export type SceneColour = keyof typeof sceneColours
export type SceneForm = keyof typeof sceneForms
export type ScenePlace = (typeof scenePlaces)[number]

export const colourNames = Object.freeze(Object.keys(sceneColours) as SceneColour[])
export const formNames = Object.freeze(Object.keys(sceneForms) as SceneForm[])

/** One figure. */
export interface SceneFigure {
  readonly colour: SceneColour
  readonly form: SceneForm
  readonly place: ScenePlace
}

/** What is in a picture. No two figures have the same place. */
export type Scene = readonly SceneFigure[]

/**
 * Whether a colour, a form and a place are kept apart: of every colour and form, one place of the nine. Each two of the three are still
 * seen together.
 */
export function isUnseen({ colour, form, place }: SceneFigure): boolean {
  const [a, b] = [colourNames.indexOf(colour), formNames.indexOf(form)]
  return scenePlaces.indexOf(place) === (4 * a + 2 * b) % scenePlaces.length
}

/** Which scenes there may be: those of training, those with a combination that training never shows, or both. */
export type SceneKind = 'seen' | 'unseen' | 'any'

/**
 * A scene at random: half are one figure, a fifth two or three of the same colour and form, the others two that differ.
 *
 * @param kind `unseen`: its first figure is a combination that `seen` ones do not have
 */
export function randomScene(key: Key, kind: SceneKind): Scene {
  // A draw that does not suit is drawn again: one in nine figures is unseen.
  for (let attempt = 0; ; attempt++) {
    const scene = drawnScene(fold(key, attempt))
    if (kind === 'any') return scene
    if (kind === 'seen' ? !scene.some(isUnseen) : isUnseen(scene[0]!)) return scene
  }
}

function drawnScene(key: Key): Scene {
  const u = uniform(key, new Float64Array(6))
  const places = Array.from(permutation(fold(key, 'places'), scenePlaces.length), (at) => scenePlaces[at]!)
  const pick = <T>(of: readonly T[], at: number): T => of[Math.min(of.length - 1, Math.floor(at * of.length))]!
  const first = { colour: pick(colourNames, u[1]!), form: pick(formNames, u[2]!) }
  if (u[0]! < 0.5) return [{ ...first, place: places[0]! }]
  if (u[0]! < 0.7) return places.slice(0, u[3]! < 0.5 ? 2 : 3).map((place) => ({ ...first, place }))
  const second = { colour: pick(colourNames, u[4]!), form: pick(formNames, u[5]!) }
  const differs = second.colour !== first.colour || second.form !== first.form
  const other = differs ? second : { ...second, colour: colourNames[(colourNames.indexOf(second.colour) + 1) % 6]! }
  return [
    { ...first, place: places[0]! },
    { ...other, place: places[1]! },
  ]
}
