import { definePlugin } from "../../core";
import auth from "../auth";
import github from "../github";
import repositories from "../repositories";
import { errors } from "./errors";
import { deliveryRoutes } from "./routes/deliveries";
import { repositoryRoutes } from "./routes/repositories";
import { sidebarRoute } from "./routes/sidebar";
import { sidebarCounter } from "./slots";

export { type SidebarCounter, sidebarCounter } from "./slots";

export default definePlugin({
  name: "admin",
  summary: "What platform admins see and do besides users and tokens",
  requires: [auth, github, repositories],
  errors,
  slots: [sidebarCounter],
  setup({ db, slots, use: { auth, github, repositories } }) {
    const contributed = slots.all(sidebarCounter);
    return {
      routes: [
        sidebarRoute({ db, auth, counters: contributed }),
        ...repositoryRoutes({ db, auth, repositories }),
        ...deliveryRoutes({ db, auth, github }),
      ],
      contribute: [
        sidebarCounter.with({ key: "tokens", count: auth.tokens.countService }),
        sidebarCounter.with({ key: "users", count: auth.users.count }),
        sidebarCounter.with({ key: "repositories", count: repositories.countRepositories }),
      ],
    };
  },
});
