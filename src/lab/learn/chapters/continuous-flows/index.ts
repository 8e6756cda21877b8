/** Continuous flows: densities along paths. */
import type { Chapter } from '../../chapter.ts'
import { path } from './path.ts'
import { penalties } from './penalties.ts'
import { solver } from './solver.ts'
import { trace } from './trace.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'continuous-flows',
  title: 'Continuous flows',
  lead: 'A velocity field can be trained for what it is used for: as the density of the data that it makes. Points move, and the density along their paths changes by the divergence of the field.',
  sections: [
    {
      title: 'The density along a path',
      equations: [
        {
          tex: raw`\frac{\mathrm d}{\mathrm d t} \log p_t(x_t) = \partial_t \log p_t + v \cdot \nabla \log p_t \qquad {} = -\nabla \cdot v(x_t, t)`,
          says: 'The continuity equation, seen from a point that moves with the field.',
        },
        {
          tex: raw`\log p_0(x_0) = \log \mathcal N(x_1; 0, I) + \int_0^1 \nabla \cdot v\, \mathrm d t \qquad {} = \live{white} + (\live{integral}) = \live{log}`,
          says: 'So the density of an item follows from where its path ends and what it added up on the way.',
          code: `import { flowLikelihood, type FlowField } from 'tweedie/ode-flow'

// v = a x makes a Gaussian of the standard deviation e^−a
const a = 0.5
const field: FlowField = {
  shape: [1],
  slope: (x) => Float64Array.from(x, (value) => a * value),
  slopeAndDivergence: (x) => ({
    slope: Float64Array.from(x, (value) => a * value),
    divergence: new Float64Array(x.length).fill(a),
  }),
}
const { logDensity } = await flowLikelihood(field, Float64Array.of(0.3))`,
        },
      ],
      figure: path,
    },
    {
      title: 'The divergence',
      equations: [
        {
          tex: raw`\mathrm E\, \varepsilon^{\top} \frac{\partial v}{\partial x} \varepsilon = \operatorname{tr} \frac{\partial v}{\partial x} = \live{trace}, \qquad \text{deviation } \live{signs} \text{ by signs}, \qquad \live{normal} \text{ by normal numbers}`,
          says: 'One vector–Jacobian product with a random probe of unit covariance estimates the trace.',
          code: `import { constant, input, matmul } from 'tweedie/graph'
import { fieldAt } from 'tweedie/ode-flow'

const matrix = constant([0.5, 0.2, -0.3, 0.1], [2, 2])
const { divergence } = fieldAt((x) => matmul(x, matrix), input('x', [16, 2]), input('t', [1]), input('probe', [16, 2]))
console.log(divergence.shape) // → [ 16 ]`,
        },
      ],
      figure: trace,
    },
    {
      title: 'The solve is part of the loss',
      equations: [
        {
          tex: raw`x_{t+h} = x_t + h \sum_i b_i k_i, \qquad \int \nabla \cdot v \approx h \sum_i b_i \nabla \cdot v(x_i, t_i): \qquad \live{error} \text{ nats in } \live{steps} \text{ steps}, \qquad \live{halved} \text{ in twice as many}`,
          says: 'The weights that add up slopes add up divergences too, to the same order. A grid that is too coarse is wrong where the field is steep.',
          code: `import { input, mul } from 'tweedie/graph'
import { flowCost, gridTimes, solveGraph } from 'tweedie/ode-flow'
import { tableaux } from 'tweedie/sample'

const end = solveGraph((x) => mul(x, 0.5), input('x', [32, 2]), gridTimes(4), {
  tableau: tableaux.rk4,
  wanted: ['divergence'],
})
console.log(flowCost(end).shape) // → [ 32 ]`,
        },
      ],
      figure: solver,
    },
    {
      title: 'Penalties',
      equations: [
        {
          tex: raw`\frac1D \int_0^1 \lVert v \rVert^2 \mathrm d t = \live{kinetic}, \qquad \frac1D \int_0^1 \Big\lVert \frac{\partial v}{\partial x} \Big\rVert^2 \mathrm d t = \live{jacobian}, \qquad -\log p = \live{nats}`,
          says: 'Many fields make the same density. Two integrals of the same solve prefer the straight and smooth ones, which are cheap to solve.',
          code: `import { input, mul } from 'tweedie/graph'
import { flowLoss, gridTimes, solveGraph, wantedIntegrals } from 'tweedie/ode-flow'
import { tableaux } from 'tweedie/sample'

const penalties = { kinetic: 0.01, jacobian: 0.01 }
const end = solveGraph((x) => mul(x, 0.5), input('x', [32, 2]), gridTimes(4), {
  tableau: tableaux.rk4,
  wanted: wantedIntegrals(penalties),
})
const { loss } = flowLoss(end, penalties)
console.log(loss.shape) // → []`,
        },
      ],
      figure: penalties,
    },
    {
      title: 'Against flow matching',
      equations: [],
      figure: {
        why: 'That likelihood costs dozens of evaluations a step and regression one, and how a coarse grid is learned, are matters of training: the tables of the page have them. The paths of flow matching move in its own chapter.',
      },
    },
  ],
}
