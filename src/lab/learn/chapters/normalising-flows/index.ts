/** Normalising flows: invertible maps and exact densities. */
import type { Chapter } from '../../chapter.ts'
import { bent } from './bent.ts'
import { mix } from './mix.ts'
import { quantile } from './quantile.ts'
import { rounds } from './rounds.ts'
import { shades } from './shades.ts'
import { spline } from './spline.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'normalising-flows',
  title: 'Normalising flows',
  lead: 'A flow is an invertible map from data to latents whose Jacobian has a determinant that is cheap. Then the density of the data is known exactly, and training is maximum likelihood.',
  sections: [
    {
      title: 'A change of variables',
      equations: [
        {
          tex: raw`\log p(x) = \log \mathcal N(f(x); 0, I) + \log \Big\lvert \det \frac{\partial f}{\partial x} \Big\rvert \qquad {} = \live{normal} + (\live{logDet}) = \live{log}`,
          says: 'How likely the latent is, and how much the map stretches around the item.',
          code: `import { input } from 'tweedie/graph'
import { splineTransform } from 'tweedie/flow'

const spline = splineTransform({ bins: 6, box: 3 })
const { y, logDerivative } = spline.forward(input('x', [32, 1]), input('p', [32, 1, spline.parameters]))
console.log(spline.parameters, y.shape) // → 17 [ 32, 1 ]`,
        },
        {
          tex: raw`z = z_k + \frac{h (s \xi^2 + d \xi (1 - \xi))}{s + (d + d' - 2 s) \xi (1 - \xi)} = \live{z}, \qquad \xi = \live{xi}, \qquad s = \live{slope}, \qquad d, d' = \live{d}, \live{e}`,
          says: 'Within a bin of slope s = h/w, with the derivatives d and d′ at its ends: a quotient of parabolas that rises, and whose inverse is the root of a quadratic.',
        },
      ],
      figure: spline,
    },
    {
      title: 'Couplings',
      equations: [
        {
          tex: raw`y = (a, T(b; \theta(a))), \qquad \log \lvert \det \rvert = \sum_i \log T'(b_i; \theta_i(a)) = \live{logDet}`,
          says: 'One half stays, and a network makes of it how the other half is mapped. The Jacobian is triangular, and the network is never inverted.',
          code: `import { chain, coupling, logDensity, mixing, mlpConditioner, splineTransform } from 'tweedie/flow'
import { input } from 'tweedie/graph'
import { Scope } from 'tweedie/nn'

const conditioner = mlpConditioner({ width: 32, layers: 2, dropout: 0 })
const flow = chain([mixing([2], 0), coupling([2], { transform: splineTransform({ bins: 8, box: 4 }), conditioner })])
const log = logDensity(flow.forward(new Scope(), input('x', [16, 2]), {}))
console.log(log.shape) // → [ 16 ]`,
        },
      ],
      figure: bent,
    },
    {
      title: 'Mixing',
      equations: [
        {
          tex: raw`W = Q L U \operatorname{diag}(e^s), \qquad \log \lvert \det W \rvert = \live{s1} + (\live{s2}) = \live{logDet}`,
          says: 'Between couplings an invertible matrix mixes all numbers: a fixed rotation, two triangles with ones on their diagonals, and scales.',
          code: `import { mixing } from 'tweedie/flow'
import { input } from 'tweedie/graph'
import { Scope } from 'tweedie/nn'

// of pictures, a 1 × 1 convolution
const { y } = mixing([12, 14, 14], 3).forward(new Scope(), input('x', [8, 12, 14, 14]), {})
console.log(y.shape) // → [ 8, 12, 14, 14 ]`,
        },
      ],
      figure: mix,
    },
    {
      title: 'Autoregressive maps',
      equations: [
        {
          tex: raw`y_i = T(x_i; \theta_i(x_1 \ldots x_{i-1})), \qquad x \leftarrow T^{-1}(y; \theta(x)), \quad \text{at most } \live{rounds} \text{ rounds}`,
          says: 'All parameters in one pass on the way there. On the way back each round makes at least one more number exact.',
          code: `import { affineTransform, autoregressive } from 'tweedie/flow'

const map = autoregressive([8], affineTransform(), { width: 64, layers: 2, dropout: 0 })
console.log(map.sequential!.rounds) // → 8`,
        },
      ],
      figure: rounds,
    },
    {
      title: 'Pictures',
      equations: [
        {
          tex: raw`\mathrm E_u \log p(k + u) = \live{dequantised} \qquad {} \le \log \int p(k + u)\, \mathrm d u = \log P(k) = \live{probability}`,
          says: 'A density of bytes grows without limit. Noise spreads each value over its shade, and the mean is an exact code length.',
          code: `import { fold, key, uniform } from 'tweedie/random'

// noise of its own for each value and step, in a bin as wide as a shade
const width = 2 / (256 - 1)
const u = uniform(fold(key('shades'), 12), new Float64Array(4))
const noisy = Float64Array.of(-1, 0.2, 0.2, 1).map((value, i) => value + (u[i]! - 0.5) * width)`,
        },
      ],
      figure: shades,
    },
    {
      title: 'From shades to a normal number',
      equations: [
        {
          tex: raw`a z + b z^3 = \log \frac{u}{1 - u}, \qquad z(\live{u}) = \live{z}, \quad \lvert \Phi(z) - u \rvert = \live{error}`,
          says: 'The first map of autoregressive flows of pictures ends in a quantile function that is normal to 1.8 · 10⁻⁴ and has a closed form both ways.',
          code: `import { shadeSpline } from 'tweedie/flow'

const spline = shadeSpline(256, 16)
console.log(spline.parameters) // → 49`,
        },
      ],
      figure: quantile,
    },
    {
      title: 'TarFlow',
      equations: [],
      figure: {
        why: 'It is the same map with patches for numbers and transformers for the network: what moves is in the figure of autoregressive maps, and what it makes of pictures is on the page of the family.',
      },
    },
  ],
}
