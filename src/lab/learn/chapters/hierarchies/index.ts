/** Hierarchies of codes, and diffusion as one. */
import type { Chapter } from '../../chapter.ts'
import { chain } from './chain.ts'
import { information } from './information.ts'
import { noise } from './noise.ts'

const { raw } = String

export const chapter: Chapter = {
  name: 'hierarchies',
  title: 'Hierarchies of codes',
  lead: 'An autoencoder whose codes have codes of their own. Diffusion is one of these models: its codes are noisy copies of the data, and its encoder is not learned.',
  sections: [
    {
      title: 'A Markov chain, from the top down',
      equations: [
        {
          tex: raw`p(x, z_1, z_2) = p(x \mid z_1)\, p(z_1 \mid z_2)\, p(z_2)`,
          says: 'All laws are Gaussian, their means and variances functions of the code above.',
        },
        {
          tex: raw`-\log p(x) = \live{evidence} \qquad {} \le \underbrace{\mathrm E_q[-\log p(x \mid z_1)]}_{\live{reconstruction}} \qquad {} + \underbrace{\mathrm E_q\Big[\log \frac{q(z_1 \mid \cdot)}{p(z_1 \mid z_2)}\Big]}_{\live{kl1}} \qquad {} + \underbrace{\mathrm E_q\Big[\log \frac{q(z_2 \mid \cdot)}{p(z_2)}\Big]}_{\live{kl2}} = \live{bound}`,
          says: 'For any encoder of all codes, a bound with one term for each level.',
          code: `import { add, input, mul } from 'tweedie/graph'
import { decoderLaw, type Hierarchy, hierarchyBound, standardNormal } from 'tweedie/latent'

// x = z₁ + noise, z₁ = z₂ + noise; a ladder that guesses
const ladder: Hierarchy = {
  latentShapes: [[1], [1]],
  order: 'top-down',
  features: (x) => [x],
  posterior: (level, [x], [above]) => ({
    mean: level === 1 ? mul(x!, 0.6) : add(mul(above!, 0.5), mul(x!, 0.5)),
    logVariance: mul(x!, 0),
  }),
  prior: (level, [above], shape) => (level === 1 ? standardNormal(shape) : { mean: above!, logVariance: mul(above!, 0) }),
  output: ([z]) => z!,
}
const { terms } = hierarchyBound(ladder, decoderLaw('gaussian'), {
  x: input('x', [32, 1]),
  noise: input('noise', [32, 1, 2]),
  logSigma: input('logSigma', [1]),
})
console.log(Object.keys(terms).join()) // → reconstruction,kl1,kl2`,
        },
      ],
      figure: chain,
    },
    {
      title: 'The ladder',
      equations: [
        {
          tex: raw`q(z_1 \mid x)\, q(z_2 \mid z_1): \ R^2 = \live{plain}, \qquad q(z_2 \mid x)\, q(z_1 \mid z_2, x): \ R^2 = \live{ladder}`,
          says: 'In a plain hierarchy the top code sees the data only through a draw of the one below. A ladder reads the data once without drawing, and draws from the top down.',
          code: `import { input } from 'tweedie/graph'
import { generateLevels, type Hierarchy } from 'tweedie/latent'

// codes from the top down, the lowest first
const codes = (hierarchy: Hierarchy) => generateLevels(hierarchy, [input('z1', [8, 4]), input('z2', [8, 2])])`,
        },
      ],
      figure: information,
    },
    {
      title: 'Diffusion is a hierarchy with a fixed encoder',
      equations: [
        {
          tex: raw`q(z_l \mid z_{l+1}, x) = \mathcal N(\tilde\mu(z_{l+1}, x), \tilde\beta), \qquad p(z_l \mid z_{l+1}) = \mathcal N(\tilde\mu(z_{l+1}, \mathrm E[x \mid z_{l+1}]), \Sigma)`,
          says: 'The levels are noisy states, the encoder is the noise kernel, and p is the same Gaussian with the denoiser’s guess in the place of the data.',
          code: `import { mul } from 'tweedie/graph'
import { noiseHierarchy } from 'tweedie/latent'
import { cosineSchedule } from 'tweedie/noise'

const schedule = cosineSchedule()
const hierarchy = noiseHierarchy({
  schedule,
  times: [0.1, 0.4, 0.7, 1],
  shape: [2],
  // of data N(0, I)
  denoise: (x, t) => mul(x, schedule.alpha(t)),
  variance: 'large',
})
console.log(hierarchy.latentShapes.length, hierarchy.order) // → 4 top-down`,
        },
        {
          tex: raw`\text{bound} = \live{bound}, \qquad \mathrm E[-\log p(x)] = \live{evidence}, \qquad \text{gap} = \live{gap} \text{ with } \live{levels} \text{ levels}`,
          says: 'Its bound is the variational bound of diffusion, term by term. The price of a fixed encoder is the number of levels.',
        },
      ],
      figure: noise,
    },
    {
      title: 'Training against unused levels',
      equations: [],
      figure: {
        why: 'How priors and variances begin, warm-ups and free bits are matters of training: the page of the theory tells what trials showed, and the chapter on latent variables has the figure of free bits.',
      },
    },
  ],
}
