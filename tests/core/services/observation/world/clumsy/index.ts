import { definePlugin, type Observer } from "cocov/core";

const failsFirst: Observer<object, object> = () => {
  throw new Error("can't begin");
};
const failsLast: Observer<object, object> = () => () => {
  throw new Error("can't end");
};
const failsLater = async () => {
  throw new Error("can't wait");
};

export default definePlugin({
  name: "clumsy",
  summary: "Fails whenever it is told of something",
  setup: () => ({
    observe: {
      request: failsFirst,
      statement: (begun, surroundings) => {
        surroundings.trace = "nonsense";
        return failsLast(begun, surroundings);
      },
      job: failsLast,
      // @ts-expect-error: as somebody might write it who has no types
      call: failsLater,
    },
  }),
});
