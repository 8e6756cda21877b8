/** Bayes' rule for scores: two fields that add up to a third. */
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'
import { flat, lattice } from '../../shared/grid.ts'
import { arrowsAt, densityOf, dots, planePlot } from '../../shared/plane.ts'
import { centres, classesAt, classifierScore, reach, schedule, scoreOf } from './classes.ts'

export const bayesFigure = figure({
  id: 'bayes',
  title: 'Two arrows and their sum',
  hint: 'Drag the classes, then the point: near the first class the classifier has nothing to add, between classes it decides.',
  controls: {
    t: { kind: 'slider', label: 't', min: 0.05, max: 0.9, step: 0.05, initial: 0.35 },
    means: { kind: 'points', label: 'classes, the first is asked for', initial: centres },
    at: { kind: 'points', label: 'a point', initial: [[0.5, -0.3]] },
  },
  play: { control: 't', seconds: 6 },
  show({ t, means, at }) {
    const laws = classesAt(means)
    const x = flat(at.slice(0, 1))
    const [prior, classifier, posterior] = [
      scoreOf(laws.everything, x, t),
      classifierScore(laws, x, t),
      scoreOf(laws.one, x, t),
    ]
    // log p(y | x_t) = log p(x_t | y) + log p(y) − log p(x_t), with equal shares
    const log = laws.one.logDensity(x, t)[0]! - Math.log(means.length) - laws.everything.logDensity(x, t)[0]!
    const tails = lattice([-reach, reach, -reach, reach], 12)
    const look = { longest: 0.45, unit: 1.6 / schedule.sigma(t) }
    const strong = { longest: 1.1, unit: 3 / schedule.sigma(t) }
    const panel = (
      title: string,
      field: Float64Array,
      own: Float64Array,
      ink: 'noise' | 'data' | 'model',
      handles: string,
    ) =>
      planePlot(
        reach,
        [
          densityOf(ink === 'model' ? laws.one : laws.everything, t, reach, 36),
          arrowsAt(tails, field, 'muted', look),
          arrowsAt(x, own, ink, strong),
          dots(x, ink, { radius: 4 }),
        ],
        { title, handles },
      )
    return {
      views: [
        panel('∇ log p(x)', scoreOf(laws.everything, tails, t), prior, 'noise', 'means'),
        panel('∇ log p(y | x)', classifierScore(laws, tails, t), classifier, 'data', 'at'),
        panel('∇ log p(x | y), their sum', scoreOf(laws.one, tails, t), posterior, 'model', 'at'),
      ],
      numbers: {
        t,
        priorX: prior[0]!,
        priorY: prior[1]!,
        classifierX: classifier[0]!,
        classifierY: classifier[1]!,
        posteriorX: posterior[0]!,
        posteriorY: posterior[1]!,
        probability: Math.exp(log),
      },
      caption:
        `At the point the classifier gives the first class ${Math.round(100 * Math.exp(log))} %. (${say(prior[0]!)}, ${say(prior[1]!)}) + (${say(classifier[0]!)}, ${say(classifier[1]!)}) = ` +
        `(${say(posterior[0]!)}, ${say(posterior[1]!)}).`,
    }
  },
})
