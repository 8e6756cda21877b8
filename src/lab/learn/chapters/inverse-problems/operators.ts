/** Measurements of a picture that is drawn: y, and what goes back to the picture. */
import {
  adjointError,
  averagePooling,
  bicubicReduction,
  boxMask,
  clipping,
  gaussianBlur,
  isLinear,
  jpegCompression,
  maskOperator,
  motionBlur,
  type Operator,
  quantisation,
  randomMask,
} from '../../../../diffusion/measure/index.ts'
import { figure } from '../../figure.ts'

const size = 16
const shape = [1, size, size] as const

const operators = {
  box: () => maskOperator(shape, boxMask(shape, { height: 8, width: 8 })),
  random: () => maskOperator(shape, randomMask(shape, 0.4)),
  blur: () => gaussianBlur(shape, 1.2),
  motion: () => motionBlur(shape, 6, 45),
  pooled: () => averagePooling(shape, 4),
  bicubic: () => bicubicReduction(shape, 2),
  clip: () => clipping(shape, 2),
  levels: () => quantisation(shape, 3),
  jpeg: () => jpegCompression(shape, 20),
} satisfies Record<string, () => Operator>

/** A ring with a dot. */
const initial = Array.from({ length: size * size }, (_, i) => {
  const r = Math.hypot((i % size) - 7.5, Math.floor(i / size) - 7.5)
  return r < 2 ? 2 : Math.abs(r - 5.5) < 1.3 ? 4 : 0
})

export const operatorsFigure = figure({
  id: 'operators',
  title: 'What an instrument does, and its transpose',
  hint: 'Paint, and choose an instrument. The transpose carries numbers of y back to the pixels that they came from: that is how a misfit reaches the picture.',
  controls: {
    picture: { kind: 'drawing', label: 'x₀', width: size, height: size, levels: 5, initial },
    operator: {
      kind: 'choice',
      label: 'A',
      options: [
        { value: 'blur', label: 'out of focus' },
        { value: 'motion', label: 'motion' },
        { value: 'box', label: 'a hole' },
        { value: 'random', label: '40 % of the pixels' },
        { value: 'pooled', label: '4 × 4 averages' },
        { value: 'bicubic', label: 'half the size' },
        { value: 'clip', label: 'too bright' },
        { value: 'levels', label: 'three shades' },
        { value: 'jpeg', label: 'JPEG, quality 20' },
      ],
      initial: 'motion',
    },
  },
  async show({ picture, operator: name }) {
    const operator: Operator = operators[name]()
    const x = Float64Array.from(picture, (level) => level / 2 - 1)
    const y = await operator.forward(x)
    const back = await operator.pullback(x, y)
    const [height, width] = [operator.to.at(-2) ?? 1, operator.to.at(-1)!]
    const peak = Math.max(...back.map(Math.abs)) || 1
    const linear = isLinear(operator)
    const error = linear ? adjointError(operator) : 0
    return {
      views: [
        {
          kind: 'pictures',
          columns: 3,
          drawing: 'picture',
          items: [
            { shape, data: x, label: 'x₀' },
            operator.to.length === 1
              ? { shape, data: back, label: `y: ${y.length} pixels that are seen` }
              : { shape: [1, height, width], data: y, label: `y = A(x₀), ${width} × ${height}` },
            { shape, data: back.map((value) => value / peak), label: 'Aᵀ y' },
          ],
        },
      ],
      numbers: { measured: y.length, of: x.length, adjoint: error },
      caption: `${operator.name}: ${y.length} numbers are measured of ${x.length}. ${linear ? 'It is a matrix' : 'It is no matrix: its derivative at x₀ stands for it'}.`,
    }
  },
})
