// What the Manage App does to sign in and to call the API, for tests to drive (contract, clients.md, section 4).
import axios from "axios";
import SuperTokens from "supertokens-web-js";
import Passwordless, { consumeCode, createCode } from "supertokens-web-js/recipe/passwordless";
import Session from "supertokens-web-js/recipe/session";

const api = new URLSearchParams(location.search).get("api");
const calls = [];

SuperTokens.init({
  appInfo: { apiDomain: api, apiBasePath: "/login", appName: "OrderBuddy" },
  recipeList: [Session.init(), Passwordless.init({})],
});

const client = axios.create({ baseURL: api });
// As the app does: the token is copied once, after signing in, and never renewed.
client.interceptors.request.use((config) => {
  const token = sessionStorage.getItem("token");
  if (token) config.headers.Authorization = `Bearer ${token}`;
  return config;
});

window.orderbuddy = {
  calls,
  createCode: (email) => createCode({ email }),
  consumeCode: (userInputCode) => consumeCode({ userInputCode }),
  exists: () => Session.doesSessionExist(),
  claims: () => Session.getAccessTokenPayloadSecurely(),
  keepToken: async () => sessionStorage.setItem("token", await Session.getAccessToken()),
  setToken: (token) => sessionStorage.setItem("token", token),
  forgetToken: () => sessionStorage.removeItem("token"),
  userId: () => Session.getUserId(),
  signOut: () => Session.signOut(),
  call: async (method, url, data) => {
    const answer = await client.request({ method, url, data, validateStatus: () => true });
    return { status: answer.status, data: answer.data };
  },
};
document.body.textContent = "ready";
