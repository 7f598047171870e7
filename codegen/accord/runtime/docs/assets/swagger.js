SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayOperationId: true,
  showCommonExtensions: true,
  persistAuthorization: true,
  validatorUrl: null,
});
