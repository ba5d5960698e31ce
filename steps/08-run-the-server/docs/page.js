// Shows openapi.json with Swagger UI. What is logged in here is forgotten when the page is
// left: a token that is kept can be stolen later.
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null, // the description is not sent to anybody
});
