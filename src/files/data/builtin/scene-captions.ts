/** Scenes in words, and words back to what they ask for. */
import {
  colourNames,
  formNames,
  type Scene,
  type SceneColour,
  type SceneFigure,
  type SceneForm,
  type ScenePlace,
  scenePlaces,
} from './scene.ts'

const numbers = ['a', 'two', 'three'] as const

/** Names of more than one. */
const plurals: Readonly<Record<SceneForm, string>> = {
  circle: 'circles',
  square: 'squares',
  triangle: 'triangles',
  cross: 'crosses',
  ring: 'rings',
}

/**
 * The captions of a scene, each true of it: with places and without.
 *
 * @example
 * sceneCaptions([{ colour: 'red', form: 'circle', place: 'at the top left' }])
 * // ['a red circle at the top left', 'at the top left: a red circle', 'a red circle']
 */
export function sceneCaptions(scene: Scene): readonly string[] {
  const [first, second] = scene as readonly [SceneFigure, ...SceneFigure[]]
  const named = ({ colour, form }: SceneFigure): string => `a ${colour} ${form}`
  const placed = (figure: SceneFigure): string => `${named(figure)} ${figure.place}`
  if (second === undefined) return [placed(first), `${first.place}: ${named(first)}`, named(first)]
  if (scene.length === 3 || named(first) === named(second)) {
    const several = `${numbers[scene.length - 1]} ${first.colour} ${plurals[first.form]}`
    const places = scene.map(({ place }) => place)
    return [several, `${several}, ${places.slice(0, -1).join(', ')} and ${places.at(-1)}`]
  }
  return [
    `${placed(first)} and ${placed(second)}`,
    `${placed(second)} and ${placed(first)}`,
    `${named(first)} and ${named(second)}`,
  ]
}

/** A figure that is asked for; its place may be left open. */
export interface AskedFigure {
  readonly colour: SceneColour
  readonly form: SceneForm
  readonly place?: ScenePlace | undefined
}

const mention = new RegExp(
  `\\b(a|an|one|two|three) (${colourNames.join('|')}) (${formNames.flatMap((form) => [plurals[form], form]).join('|')})\\b`,
  'g',
)
const placing = new RegExp(scenePlaces.toSorted((a, b) => b.length - a.length).join('|'), 'g')

/**
 * What a caption asks for, one entry a figure.
 *
 * @returns undefined for a text that names no figure
 * @example
 * askedScene('two blue rings') // [{ colour: 'blue', form: 'ring' }, { colour: 'blue', form: 'ring' }]
 */
export function askedScene(caption: string): readonly AskedFigure[] | undefined {
  const text = caption.toLowerCase().replaceAll(/\s+/g, ' ')
  const mentions = [...text.matchAll(mention)]
  if (mentions.length === 0) return undefined
  const places = [...text.matchAll(placing)].map((match) => ({ at: match.index, place: match[0] as ScenePlace }))
  return mentions.flatMap((match, i) => {
    const [, number, colour, form] = match as unknown as [string, string, SceneColour, string]
    const from = i === 0 ? 0 : match.index
    const to = mentions[i + 1]?.index ?? text.length
    const own = places.filter(({ at }) => at >= from && at < to).map(({ place }) => place)
    const count = Math.max(1, (numbers as readonly string[]).indexOf(number) + 1)
    const one = formNames.find((name) => name === form || plurals[name] === form)!
    return Array.from({ length: count }, (_, k): AskedFigure => ({ colour, form: one, place: own[k] }))
  })
}
