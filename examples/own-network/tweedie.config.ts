/**
 * A network of one's own, for commands that run in this folder and for programs that import it.
 *
 *     npx tweedie train moons --network Wave --steps 500 --out wave
 */
import { defineConfig, graph, nn } from 'tweedie'

const { add, mul, silu, sin } = graph

export default defineConfig({
  networks: {
    /** A perceptron of sines and one of the time, added. Its options are its configuration. */
    Wave: ({ input_shape: [size], width = 64 }) => ({
      build(scope, { x, t }) {
        const time = silu(nn.linear(scope.child('time'), nn.sinusoidal(t, 32), Number(width)))
        const waves = sin(mul(nn.linear(scope.child('in'), x, Number(width)), 2))
        return nn.linear(scope.child('out'), add(waves, time), size!)
      },
    }),
  },
})
